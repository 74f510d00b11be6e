import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { combineIdentities } from '../authentication/combine-identities.ts';
import { certificateIdentity } from '../enforcement/pipeline.test-kit.ts';
import {
  currentCaller,
  currentContext,
  maybeCurrentCaller,
  runInContext,
  runOutsideRequest,
  type Answering,
} from './caller-context.ts';

const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: false };

function contextOf(name: string) {
  const caller = combineIdentities([certificateIdentity({ workload: `spiffe://prod.test/${name}` })], new Map());
  if (!caller.ok) throw new Error('broken test');
  return { caller: caller.value, trace, requestId: name };
}

test('fifty requests at once each see their own caller after every await', async () => {
  const seen = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      runInContext(contextOf(`w${index}`), async () => {
        await wait(index % 5);
        const first = currentCaller().id;
        await new Promise<void>((resolve) => setImmediate(resolve));
        return [first, currentCaller().id];
      }),
    ),
  );
  for (const [index, pair] of seen.entries())
    expect(pair).toEqual([`spiffe://prod.test/w${index}`, `spiffe://prod.test/w${index}`]);
});

test('the context ends with the request', async () => {
  await runInContext(contextOf('a'), () => wait(1));
  expect(currentContext()).toBeUndefined();
  expect(maybeCurrentCaller()).toBeUndefined();
  expect(() => currentCaller()).toThrow(/No verified caller here/);
});

test('a request without a caller has a context and no caller', () => {
  runInContext({ trace, requestId: 'r' }, () => {
    expect(currentContext()?.requestId).toBe('r');
    expect(() => currentCaller()).toThrow(/optional routes/);
  });
});

const answered = { writableEnded: true, destroyed: true };

test.each<[string, Answering]>([
  ['over HTTP/1.1', answered],
  ['over HTTP/2', { writableEnded: true, stream: { destroyed: true } }],
  ['by a reply of Fastify', { raw: answered }],
  ['by a reply of Fastify, over HTTP/2', { raw: { writableEnded: true, stream: { destroyed: true } } }],
])('after the answer nothing that still runs has a caller: %s', async (_, answering) => {
  const response: { writableEnded?: boolean; destroyed?: boolean; stream?: object; raw?: object } = {};
  const seen: unknown[] = [];
  await runInContext(
    contextOf('a'),
    async () => {
      seen.push(maybeCurrentCaller()?.id);
      await wait(1);
      Object.assign(response, answering);
      seen.push(maybeCurrentCaller());
      expect(() => currentCaller()).toThrow(/before it is answered/);
      // What it belongs to is still known.
      expect(currentContext()).toEqual({ trace, requestId: 'a' });
    },
    response as Answering,
  );
  expect(seen).toEqual(['spiffe://prod.test/a', undefined]);
});

test.each<[string, Answering]>([
  ['a response that is being written', { writableEnded: false, destroyed: false }],
  ['one that has ended and is not sent yet', { writableEnded: true, destroyed: false }],
  ['one whose client has gone away while the handler works', { writableEnded: false, destroyed: true }],
  ['a stream that is open', { writableEnded: true, stream: { destroyed: false } }],
  ['nothing that tells of its end', {}],
])('the caller stays with %s', (_, answering) => {
  runInContext(contextOf('a'), () => expect(currentCaller().id).toBe('spiffe://prod.test/a'), answering);
});

test('what is run outside has neither caller nor trace, also later', async () => {
  const seen: unknown[] = [];
  await runInContext(contextOf('a'), async () => {
    const later = runOutsideRequest(async () => {
      seen.push(currentContext());
      await wait(1);
      seen.push(currentContext(), maybeCurrentCaller());
      return 'done';
    });
    expect(await later).toBe('done');
    expect(currentCaller().id).toBe('spiffe://prod.test/a');
  });
  expect(seen).toEqual([undefined, undefined, undefined]);
});
