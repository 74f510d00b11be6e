import { describe, expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { orders } from '../node/tls.test-kit.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Notice } from '../runtime/notice.ts';
import { createServiceAuth } from './create-service-auth.ts';
import type { ServiceAuthOptions } from './options.ts';
import { fakeTokens, factsWith, standingClock, tokenIdentity } from './pipeline.test-kit.ts';

const peerCertificate = { chain: [orders().certificate], tlsAuthorized: true } as const;
const connection = factsWith({}, { transport: 'tls', method: '', target: '', peerCertificate });

function certificates(answer: () => MaybePromise<Outcome<VerifiedIdentity>>): Authenticator {
  const credentials = ['client-certificate'] as const;
  return { name: 'fake', credentials, waivers: {}, bind: () => ({ authenticate: answer }) };
}

function service(answer: () => MaybePromise<Outcome<VerifiedIdentity>>, more: Partial<ServiceAuthOptions> = {}) {
  const audit = memorySink();
  const notices: Notice['code'][] = [];
  const note = (fields: object): void => void notices.push((fields as { code: Notice['code'] }).code);
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [certificates(answer)],
    audit,
    clock: standingClock(),
    logger: { info: note, warn: note, error: note },
    ...more,
  });
  return { auth, events: audit.events, notices };
}

describe('the certificate of a connection', () => {
  test.each<readonly [string, () => MaybePromise<Outcome<VerifiedIdentity>>, string | undefined]>([
    ['stands when it is good', () => accept(tokenIdentity()), undefined],
    ['stands when that takes a while', () => Promise.resolve(accept(tokenIdentity())), undefined],
    ['does not when it is refused', () => refuse('CERTIFICATE_UNTRUSTED', 'path'), 'CERTIFICATE_UNTRUSTED'],
    [
      'does not when it is refused later',
      () => Promise.resolve(refuse('CERTIFICATE_EXPIRED', 'a')),
      'CERTIFICATE_EXPIRED',
    ],
    [
      'cannot be told when the judgement throws',
      () => {
        throw new Error('secret');
      },
      'INTERNAL_FAULT',
    ],
    ['cannot be told when the judgement rejects', () => Promise.reject(new Error('secret')), 'INTERNAL_FAULT'],
  ])('%s, and no event is written', async (_title, answer, reason) => {
    const { auth, events, notices } = service(answer);
    expect((await auth.connections.judge(connection))?.reason).toBe(reason);
    expect(events).toEqual([]);
    expect(notices).toEqual(reason === 'INTERNAL_FAULT' ? ['PIPELINE_FAULT'] : []);
  });

  test('stands when there is none, and when the service reads none', async () => {
    const bad = (): Outcome<never> => refuse('CERTIFICATE_UNTRUSTED', 'path');
    expect(service(bad).auth.connections.judge(factsWith({}, { transport: 'tls' }))).toBeUndefined();
    const { auth } = service(bad, { accept: [fakeTokens()] });
    expect(auth.connections.judge(connection)).toBeUndefined();
  });
});

describe('a refusal without a request', () => {
  const refusal = refuse('CERTIFICATE_EXPIRED', 'tls', { actual: 'CERT_HAS_EXPIRED' });

  test('is one event, also while the service observes: it was refused', () => {
    const observe = { reason: 'roll-out', owner: 'team', expires: '2026-12-01' };
    const { auth, events } = service(() => accept(tokenIdentity()), { observe });
    auth.connections.recordRefusal(connection, refusal);
    expect(events).toMatchObject([
      {
        'event.name': 'authn.failure',
        'event.outcome': 'failure',
        'event.reason': 'CERTIFICATE_EXPIRED',
        'event.reason_detail': 'tls; actual CERT_HAS_EXPIRED',
        'policy.mode': 'enforce',
        'tls.established': false,
        waivers: ['observe'],
      },
    ]);
  });

  test.each<readonly [string, ServiceAuthOptions['audit'], Notice['code']]>([
    [
      'throws',
      {
        write: () => {
          throw new Error('secret');
        },
      },
      'AUDIT_EVENT_DROPPED',
    ],
    ['rejects', { write: () => Promise.reject(new Error('secret')) }, 'AUDIT_EVENT_DROPPED'],
  ])('disturbs nobody when the sink %s', async (_title, audit, code) => {
    const { auth, notices } = service(() => accept(tokenIdentity()), { audit });
    auth.connections.recordRefusal(connection, refusal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(notices).toEqual([code]);
  });

  test('disturbs nobody when the clock throws', () => {
    const clock = standingClock();
    const { auth, notices } = service(() => accept(tokenIdentity()), { clock });
    clock.now = () => {
      throw new Error('secret');
    };
    auth.connections.recordRefusal(connection, refusal);
    expect(notices).toEqual(['PIPELINE_FAULT']);
  });
});

test('whoever guards connections is told once when the service closes, unless it stopped', async () => {
  const { auth } = service(() => accept(tokenIdentity()));
  const told: string[] = [];
  auth.connections.whenClosed(() => void told.push('one'));
  auth.connections.whenClosed(() => void told.push('two'))();
  await auth.close();
  await auth.close();
  expect(told).toEqual(['one']);
});
