/** What the header of a good token says is remembered: it saves time, and decides nothing. */
import { expect, test } from 'vitest';
import { parseJws } from '../signature/jws.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { tokenWith, verifierWith, verifyNow } from './token.test-kit.ts';

/** Only a remembered header is frozen. */
function isRemembered(token: string): boolean {
  const parsed = parseJws(token);
  if (!parsed.ok) throw new Error(`broken test: ${parsed.detail.check}`);
  return Object.isFrozen(parsed.value.header);
}

function withTail(token: string, tail: string): string {
  return token.slice(0, token.lastIndexOf('.')) + tail;
}

test('the header of a token that verified is remembered, and says the same', () => {
  const token = tokenWith({}, { note: 'remembered' });
  const before = parseJws(token);
  expect(isRemembered(token)).toBe(false);
  expect(verifyNow(verifierWith(), token).ok).toBe(true);
  expect(isRemembered(token)).toBe(true);
  expect(parseJws(token)).toEqual(before);
});

test.each<[string, (token: string) => string]>([
  ['the signature of another token', (token) => withTail(token, tokenWith({ jti: 'other' }).slice(-87))],
  ['no signature', (token) => withTail(token, '.')],
])('the header of a token with %s is not remembered', (name, spoil) => {
  const token = spoil(tokenWith({}, { note: name }));
  expect(verifyNow(verifierWith(), token).ok).toBe(false);
  expect(isRemembered(token)).toBe(false);
});

test.each<[string, (good: string) => string, string]>([
  [
    'a signature of another token',
    (good) => withTail(good, tokenWith({ jti: 'other' }).slice(-87)),
    'TOKEN_SIGNATURE_INVALID',
  ],
  ['padding after the payload', (good) => good.replace(/\.([^.]*)\./, '.$1=.'), 'TOKEN_MALFORMED'],
  ['padding after the header', (good) => good.replace('.', '=.'), 'TOKEN_MALFORMED'],
  ['a fourth segment', (good) => `${good}.`, 'TOKEN_MALFORMED'],
])('a token under a remembered header is refused for %s', (_name, spoil, reason) => {
  const good = tokenWith();
  expect(verifyNow(verifierWith(), good).ok).toBe(true);
  expect(isRemembered(good)).toBe(true);
  expect(verifyNow(verifierWith(), spoil(good))).toMatchObject({ ok: false, reason });
});

test('a header remembered for one issuer is judged anew by the record of another', () => {
  const good = tokenWith();
  expect(verifyNow(verifierWith(), good).ok).toBe(true);
  const stricter = verifierWith({ algorithms: ['EdDSA'], jwks: { keys: [signingKey('EdDSA').jwk] } });
  expect(verifyNow(stricter, good)).toMatchObject({ ok: false, reason: 'TOKEN_ALGORITHM_REFUSED' });
});
