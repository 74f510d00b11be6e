import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAuthorizationHeader } from './authorization-header.ts';

test.each([
  ['the usual form', 'Bearer abc.def.ghi', 'abc.def.ghi'],
  ['a scheme in other case (RFC 9110 §11.1)', 'bEARER abc', 'abc'],
  ['several spaces', 'Bearer   abc', 'abc'],
  ['every character of token68', 'Bearer aZ09-._~+/==', 'aZ09-._~+/=='],
])('%s is read', (_case, value, token) => {
  const result = parseAuthorizationHeader([value]);
  expect(result.ok && result.value?.token.expose()).toBe(token);
});

test.each([
  ['Bearer abc', 'bearer'],
  ['DPoP abc', 'dpop'],
  ['dpop abc', 'dpop'],
])('%s says its scheme', (value, scheme) => {
  expect(parseAuthorizationHeader([value])).toMatchObject({ ok: true, value: { scheme } });
});

test('no header is no credential', () => {
  expect(parseAuthorizationHeader([])).toEqual({ ok: true, value: undefined });
});

test.each([
  ['two header lines', ['Bearer a', 'Bearer b'], 'CREDENTIAL_MULTIPLE'],
  ['the same header twice', ['Bearer a', 'Bearer a'], 'CREDENTIAL_MULTIPLE'],
  ['comma-joined credentials', ['Bearer a, Bearer b'], 'CREDENTIAL_MULTIPLE'],
  ['Bearer and DPoP joined', ['Bearer a, DPoP b'], 'CREDENTIAL_MULTIPLE'],
  ['an empty header', [''], 'CREDENTIAL_MALFORMED'],
  ['a scheme without a token', ['Bearer'], 'CREDENTIAL_MALFORMED'],
  ['a scheme and a space', ['Bearer '], 'CREDENTIAL_MALFORMED'],
  ['a token with a space inside', ['Bearer a b'], 'CREDENTIAL_MALFORMED'],
  ['a quoted token', ['Bearer "a"'], 'CREDENTIAL_MALFORMED'],
  ['a tab instead of a space', ['Bearer\ta'], 'CREDENTIAL_MALFORMED'],
  ['padding in the middle', ['Bearer a=b'], 'CREDENTIAL_MALFORMED'],
  ['a letter outside ASCII', ['Bearer ä'], 'CREDENTIAL_MALFORMED'],
  ['Basic', ['Basic dXNlcjpwYXNz'], 'CREDENTIAL_UNSUPPORTED'],
  ['a DPoP proof in the place of a token', ['DPoP a b'], 'CREDENTIAL_MALFORMED'],
  ['a scheme that only begins like DPoP', ['DPoPx abc'], 'CREDENTIAL_UNSUPPORTED'],
  ['a scheme that only begins like Bearer', ['Bearerx abc'], 'CREDENTIAL_UNSUPPORTED'],
])('%s is refused, not taken for no credential', (_case, values, reason) => {
  expect(parseAuthorizationHeader(values)).toMatchObject({ ok: false, reason });
});

test('no text makes it throw, and no text but a token68 is accepted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const result = parseAuthorizationHeader([`Bearer ${text}`]);
      expect(result.ok).toBe(/^ *[A-Za-z0-9\-._~+/]+=*$/.test(text));
    }),
  );
});
