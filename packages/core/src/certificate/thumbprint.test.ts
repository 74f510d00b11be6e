import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { root, svid } from './certificate.test-kit.ts';
import { sha256Of, thumbprintOf } from './thumbprint.ts';

const { certificate, raw } = svid(root());

test('both spellings are the SHA-256 of the whole certificate', () => {
  const digest = createHash('sha256').update(raw).digest();
  expect(sha256Of(certificate)).toBe(digest.toString('hex').toUpperCase());
  expect(Buffer.from(thumbprintOf(certificate), 'base64url')).toEqual(digest);
});

test('the confirmation is base64url without padding, 43 characters (RFC 8705 §3.1)', () => {
  for (let index = 0; index < 20; index += 1) {
    expect(thumbprintOf(svid(root()).certificate)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  }
});

test('another certificate for the same key has another thumbprint', () => {
  expect(thumbprintOf(svid(root()).certificate)).not.toBe(thumbprintOf(certificate));
});
