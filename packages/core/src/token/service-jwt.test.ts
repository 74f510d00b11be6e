/** What a service signs about itself is what the profile accepts, and each change of it is refused. */
import { expect, test } from 'vitest';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { signServiceJwt, type ServiceJwtClaims } from './service-jwt.ts';
import { audience, issuer, now, recordWith, verifierFor, verifyNow } from './token.test-kit.ts';

const workload = 'spiffe://prod.test/orders';
const { privateKey: keyObject, keyId } = signingKey('ES256');
const good: ServiceJwtClaims = { issuer, workload, audience, lifetimeSeconds: 120, now: now * 1000 };

function judged(changed: Partial<ServiceJwtClaims> = {}, kid = keyId): string {
  const token = signServiceJwt({ keyId: kid, key: { keyObject, algorithm: 'ES256' } }, { ...good, ...changed });
  const outcome = verifyNow(verifierFor([recordWith({ profile: 'service-jwt', workload })]), token.expose());
  return outcome.ok ? 'accepted' : outcome.reason;
}

test('it is accepted for as long as the profile allows', () => {
  expect(judged()).toBe('accepted');
  expect(judged({ lifetimeSeconds: 300 })).toBe('accepted');
});

test.each<[string, Partial<ServiceJwtClaims>, string]>([
  ['another issuer', { issuer: `${issuer}/` }, 'TOKEN_ISSUER_UNKNOWN'],
  ['another workload', { workload: 'spiffe://prod.test/billing' }, 'TOKEN_CLAIM_MISSING'],
  ['another audience', { audience: `${audience}/` }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['a longer life', { lifetimeSeconds: 301 }, 'TOKEN_LIFETIME_TOO_LONG'],
  ['an end that is past', { now: (now - 151) * 1000 }, 'TOKEN_EXPIRED'],
  ['a beginning to come', { now: (now + 31) * 1000 }, 'TOKEN_NOT_YET_VALID'],
])('it is refused with %s', (_case, changed, reason) => {
  expect(judged(changed)).toBe(reason);
});

test('it is refused with the kid of no key', () => {
  expect(judged({}, 'key-2')).toBe('TOKEN_KEY_UNKNOWN');
});

test('no two are the same, also in one second', () => {
  const key = { keyId, key: { keyObject, algorithm: 'ES256' } } as const;
  const ids = Array.from({ length: 3 }, () => signServiceJwt(key, good).expose().split('.')[1]);
  expect(new Set(ids).size).toBe(3);
});
