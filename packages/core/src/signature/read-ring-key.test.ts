import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { day, privateKeyOf, start } from './key-ring.test-kit.ts';
import { readRingKey } from './read-ring-key.ts';

const jwk = privateKeyOf('k1').export({ format: 'jwk' });
const good = { ...jwk, kid: 'k1', alg: 'ES256', use: 'sig', iat: start, exp: start + day };
const revoked = { revoked_at: start + 1, reason: 'compromised' };

test('a private JWK with dates is a key that signs', () => {
  const key = readRingKey(JSON.stringify(good));
  expect(key).toMatchObject({ from: start, until: start + day, key: { keyId: 'k1' }, revoked: undefined });
  expect(key).toHaveProperty('privateKey.algorithm', 'ES256');
});

test('without private members it is a key of the past', () => {
  const publicJwk = createPublicKey(privateKeyOf('k1')).export({ format: 'jwk' });
  const key = readRingKey(JSON.stringify({ ...good, d: undefined, ...publicJwk }));
  expect(key).toMatchObject({ key: { keyId: 'k1' }, privateKey: undefined });
});

test('it may be revoked, and its kid may be left to the thumbprint', () => {
  const key = readRingKey(JSON.stringify({ ...good, kid: undefined, revoked }));
  expect(key).toMatchObject({ revoked: { revokedAt: start + 1, cause: 'compromised' } });
  expect(key).toHaveProperty('key.keyId', expect.stringMatching(/^[\w-]{43}$/));
});

test.each<[string, object | string, string]>([
  ['no JSON', '{', 'is not JSON'],
  ['a member twice', JSON.stringify(good).replace('{', '{"alg":"ES256",'), 'has a duplicate member'],
  ['no beginning', { ...good, iat: undefined }, 'its iat is not an instant'],
  ['an end as text', { ...good, exp: String(good.exp) }, 'its exp is not an instant'],
  ['a part of a second', { ...good, iat: start + 0.5 }, 'its iat is not an instant'],
  ['an end in milliseconds', { ...good, exp: good.exp * 1e6 }, 'its exp is not an instant'],
  ['no algorithm', { ...good, alg: undefined }, 'its alg is not an algorithm'],
  ['the algorithm of another key', { ...good, alg: 'RS256' }, 'its key does not fit RS256'],
  ['another use', { ...good, use: 'enc' }, 'is not for signatures (use)'],
  ['a kid that is no text', { ...good, kid: 1 }, 'its kid is not a kid'],
  ['no point', { ...good, x: 'AA' }, 'cannot be read as a key'],
  ['a shared secret', { ...good, kty: 'oct', k: 'c2VjcmV0' }, 'cannot be read as a key'],
  ['a revocation without date', { ...good, revoked: {} }, 'was revoked at no date'],
])('%s is refused, in words that quote nothing', (_case, given, problem) => {
  const read = readRingKey(typeof given === 'string' ? given : JSON.stringify(given));
  expect(read).toBe(problem);
  expect(read).not.toContain(jwk.d);
});
