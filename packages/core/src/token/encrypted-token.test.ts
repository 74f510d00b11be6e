/**
 * Attack rows 29 to 31: encrypted tokens (JWE) are not read at all, so nothing is decrypted, inflated or derived for
 * one, and what is inside is never believed.
 */
import { pbkdf2Sync } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { segment, signingKey } from '../signature/signing-key.test-kit.ts';
import { claimsWith, tokenWith, verifierWith, verifyNow } from './token.test-kit.ts';

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>();
  return { ...original, pbkdf2Sync: vi.fn<typeof original.pbkdf2Sync>(original.pbkdf2Sync) };
});

const random = (length: number): string => Buffer.alloc(length, 7).toString('base64url');
const encrypted = (header: object, ciphertext: string): string =>
  [segment(header), random(40), random(12), ciphertext, random(16)].join('.');

/** A megabyte that is a kilobyte on the wire. */
const bomb = deflateRawSync(Buffer.alloc(1_000_000)).toString('base64url');
const unsigned = Buffer.from(JSON.stringify(claimsWith())).toString('base64url');
const kid = signingKey('ES256').keyId;
const iterations = 2 ** 31 - 1;

test.each([
  ['with a payload that inflates a thousand times', encrypted({ alg: 'dir', enc: 'A128GCM', zip: 'DEF', kid }, bomb)],
  [
    'with two thousand million rounds of PBKDF2',
    encrypted({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2s: random(16), p2c: iterations, kid }, random(64)),
  ],
  ['around claims without signature', encrypted({ alg: 'RSA-OAEP', enc: 'A256GCM', typ: 'at+jwt', kid }, unsigned)],
  ['around a good token', encrypted({ alg: 'dir', enc: 'A256GCM', cty: 'JWT', kid }, segment(tokenWith()))],
  ['that says the algorithm of a signature', encrypted({ alg: 'ES256', typ: 'at+jwt', kid }, unsigned)],
])('an encrypted token %s is refused unread', (_title, token) => {
  expect(token.length).toBeLessThan(8_192);
  expect(verifyNow(verifierWith(), token)).toMatchObject({
    ok: false,
    reason: 'TOKEN_MALFORMED',
    detail: { check: 'token.segments' },
  });
  expect(pbkdf2Sync).not.toHaveBeenCalled();
});

test.each(['dir', 'RSA-OAEP', 'PBES2-HS256+A128KW', 'ECDH-ES'])('alg %s in three parts is refused too', (alg) => {
  expect(verifyNow(verifierWith(), tokenWith({}, { alg, enc: 'A128GCM', zip: 'DEF' }))).toMatchObject({
    ok: false,
    reason: 'TOKEN_ALGORITHM_REFUSED',
  });
});

test('zip and p2c in the header of a signed token are members that nobody reads', () => {
  expect(verifyNow(verifierWith(), tokenWith({}, { zip: 'DEF', p2c: iterations })).ok).toBe(true);
});
