/** Revocation through the whole service side: from the options of `accessToken` to verdicts, events and connections. */
import { describe, expect, test } from 'vitest';
import { factsWith, service, standingClock, startOfTest, summary } from '../enforcement/pipeline.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { createMemoryRevocationStore } from '../store/memory-revocation-store.ts';
import type { RevocationStore } from '../store/revocation-store.ts';
import { issuer, runtimeWith, tokenWith } from '../token/token.test-kit.ts';
import { Secret } from '../errors/secret.ts';
import type { SharedTokenOptions } from './access-token-options.ts';
import { accessToken } from './access-token.ts';

const jwks = { keys: [signingKey('ES256').jwk] };
const requirement = compileRequirement({ scope: 'inventory:read' }, 'a test');
const waiver = { reason: 'a test', owner: 'tests', expires: '2999-12-31' };
const seconds = startOfTest / 1000;
const token = tokenWith({ iat: seconds - 10, exp: seconds + 290 });
const facts = factsWith({ authorization: `Bearer ${token}` });

function serviceWith(shared: SharedTokenOptions) {
  const clock = standingClock();
  return { clock, ...service({ clock, accept: [accessToken({ issuer, jwks, ...shared })] }) };
}

function failing(): RevocationStore & { isDown: boolean } {
  const store = {
    isDown: false,
    revokedUntil: () => {
      if (store.isDown) throw new Error('down');
      return undefined;
    },
  };
  return store;
}

test('a remembered token is refused at the first request after it was revoked', async () => {
  const revocation = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
  const { auth, events } = serviceWith({ revocation });
  expect(summary(await auth.check(facts, requirement))).toBe('allowed');
  expect(summary(await auth.check(facts, requirement))).toBe('allowed');
  revocation.revoke({ kind: 'jti', issuer, value: 'jti-1' }, 1000);
  expect(summary(await auth.check(facts, requirement))).toBe('401 TOKEN_REVOKED');
  expect(events.at(-1)).toMatchObject({ 'event.name': 'authn.failure', 'event.reason': 'TOKEN_REVOKED' });
});

test('with a store in memory a token is judged without a promise', () => {
  const bound = accessToken({ issuer, jwks, revocation: createMemoryRevocationStore() }).bind(runtimeWith());
  const credential = { kind: 'bearer-token', token: new Secret(tokenWith()) } as const;
  expect(bound.authenticate(credential, factsWith())).toMatchObject({ ok: true });
  expect(bound.authenticate(credential, factsWith())).toMatchObject({ ok: true });
});

test('an open connection learns of a revocation', async () => {
  const revocation = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
  const { auth } = serviceWith({ revocation });
  const verdict = await auth.check(facts, requirement);
  if (verdict.outcome !== 'allowed' || verdict.caller === undefined) throw new Error(summary(verdict));
  expect(auth.recheck(verdict.caller).ok).toBe(true);
  revocation.revoke({ kind: 'client', issuer, value: 'orders', issuedUntil: startOfTest }, 1000);
  expect(auth.recheck(verdict.caller)).toMatchObject({ ok: false, reason: 'TOKEN_REVOKED' });
});

test.each<[string, SharedTokenOptions, string, readonly string[] | undefined]>([
  ['refuses', {}, '503 REVOCATION_STORE_UNAVAILABLE', undefined],
  [
    'lets pass by a waiver',
    { allowRevocationStoreOutage: waiver },
    'allowed',
    ['access-token.allowRevocationStoreOutage'],
  ],
])('a store that cannot tell %s, for a remembered token too', async (_, shared, expected, waivers) => {
  const revocation = failing();
  const { auth, events } = serviceWith({ revocation, ...shared });
  expect(summary(await auth.check(facts, requirement))).toBe('allowed');
  revocation.isDown = true;
  expect(summary(await auth.check(facts, requirement))).toBe(expected);
  expect(events.at(-1)?.waivers).toEqual(waivers);
  revocation.isDown = false;
  expect(summary(await auth.check(facts, requirement))).toBe('allowed');
});

test('the waiver of a route works through the whole service side', async () => {
  const revocation = failing();
  revocation.isDown = true;
  const { auth } = serviceWith({ revocation });
  const lenient = compileRequirement({ scope: 'inventory:read', allowRevocationStoreOutage: waiver }, 'a test');
  expect(summary(await auth.check(facts, lenient))).toBe('allowed');
  expect(summary(await auth.check(facts, requirement))).toBe('503 REVOCATION_STORE_UNAVAILABLE');
});

test('a service is ready when its store is', async () => {
  const ready = { isReady: false };
  const revocation: RevocationStore = {
    revokedUntil: () => undefined,
    ready: () => (ready.isReady ? Promise.resolve() : Promise.reject(new Error('down'))),
  };
  const { auth } = serviceWith({ revocation });
  await expect(auth.ready()).rejects.toThrow('down');
  ready.isReady = true;
  await auth.ready();
});

describe('options', () => {
  test.each<[string, object, string]>([
    ['no store', { revocation: {} }, 'revocation'],
    ['null as store', { revocation: null }, 'revocation'],
    ['a list as store', { revocation: ['jti-1'] }, 'revocation'],
    ['a waiver without a store', { allowRevocationStoreOutage: waiver }, 'allowRevocationStoreOutage'],
  ])('%s is a start-up error', (_, shared, path) => {
    let found: unknown;
    try {
      accessToken({ issuer, jwks, ...shared });
    } catch (error) {
      found = error;
    }
    expect((found as ConfigurationError).faults.map(({ option }) => option)).toEqual([path]);
  });

  test('a waiver that is none does not start', () => {
    const revocation = createMemoryRevocationStore();
    expect(() => serviceWith({ revocation, allowRevocationStoreOutage: true as never })).toThrow(ConfigurationError);
  });
});
