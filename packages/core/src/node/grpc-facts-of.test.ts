import { describe, expect, test } from 'vitest';
import type { Denied } from '../enforcement/verdict.ts';
import { endGrpcCall, grpcCallIn, grpcFactsOf, grpcStatusOf } from './grpc-facts-of.ts';

const sent: Readonly<Record<string, readonly (string | Uint8Array)[]>> = { authorization: ['Bearer x'] };
const call = { getPath: () => '/stock.Stock/Find', metadata: { get: (name: string) => sent[name] ?? [] } };

test.each([
  ['a call', [{}, call], call],
  ['a call that comes first', [call], call],
  ['data that looks like one', [{ getPath: '/x', metadata: { get: 'y' } }], undefined],
  ['a path without metadata', [{ getPath: () => '/x' }], undefined],
  ['null', [null, undefined], undefined],
])('%s', (_title, given, found) => {
  expect(grpcCallIn(given)).toBe(found);
});

test('reads path and metadata, and no certificate where there is none', () => {
  const facts = grpcFactsOf({ ...call, getAuthContext: () => ({}) });
  expect(facts).toMatchObject({ transport: 'grpc', target: '/stock.Stock/Find', route: '/stock.Stock/Find' });
  expect(facts.header('authorization')).toEqual(['Bearer x']);
  expect(facts.header('traceparent')).toEqual([]);
  expect(facts.peerCertificate).toBeUndefined();
});

const denied = (status: number): Denied =>
  ({ outcome: 'denied', response: { status, headers: {}, body: '{"detail":"No."}' } }) as unknown as Denied;

test.each([
  [400, 16],
  [401, 16],
  [403, 7],
  [500, 13],
  [503, 14],
])('%i is the gRPC status %i', (status, code) => {
  expect(grpcStatusOf(denied(status))).toEqual({ code, message: 'No.' });
});

describe('a call that its handler was to answer', () => {
  test('is ended through its callback, or as an error of the stream', () => {
    const ended: unknown[] = [];
    const stream = { ...call, emit: (...given: unknown[]) => ended.push(given) };
    expect(endGrpcCall([stream, (status: unknown) => ended.push(status)], denied(401))).toBe(true);
    expect(endGrpcCall([stream], denied(403))).toBe(true);
    expect(ended).toEqual([{ code: 16, message: 'No.' }, ['error', { code: 7, message: 'No.' }]]);
  });

  test.each([
    ['whose data comes first', [{}, call.metadata, call]],
    ['of another transport', [{}, {}]],
    ['with nothing', []],
  ])('is not one %s', (_title, given) => {
    expect(endGrpcCall(given, denied(401))).toBe(false);
  });
});
