import { expect, test } from 'vitest';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import type { CredentialKind } from './credential.ts';
import { extractCredentials } from './extract-credentials.ts';

const tokens: ReadonlySet<CredentialKind> = new Set(['bearer-token']);

test('a request without credentials presents none', () => {
  expect(extractCredentials(factsWith(), tokens)).toEqual({ ok: true, value: [] });
});

test('a request with a bearer token presents it', () => {
  const result = extractCredentials(factsWith({ authorization: 'Bearer abc' }), tokens);
  expect(result.ok && result.value.map((one) => one.kind)).toEqual(['bearer-token']);
});

test.each([
  ['a token in the query only', '/x?access_token=abc', {}, 'CREDENTIAL_MALFORMED'],
  ['an encoded parameter name', '/x?access%5Ftoken=abc', {}, 'CREDENTIAL_MALFORMED'],
  ['a token in header and query', '/x?a=1&access_token=abc', { authorization: 'Bearer abc' }, 'CREDENTIAL_MULTIPLE'],
  ['an empty query token', '/x?access_token=', {}, 'CREDENTIAL_MALFORMED'],
])('%s is refused', (_case, target, headers, reason) => {
  expect(extractCredentials(factsWith(headers, { target }), tokens)).toMatchObject({ ok: false, reason });
});

test('of a request with more header lines than the server keeps nothing is sure', () => {
  for (const headers of [{}, { authorization: 'Bearer abc' }]) {
    const result = extractCredentials(factsWith(headers, { headersMayBeCut: true }), tokens);
    expect(result).toMatchObject({ ok: false, reason: 'CREDENTIAL_MALFORMED', detail: { check: 'headers' } });
  }
});

test('other parameters and the word in the path are no token', () => {
  for (const target of ['/access_token', '/x?q=access_token', '/x?my_access_token=1', '/x?a=%41']) {
    expect(extractCredentials(factsWith({}, { target }), tokens)).toEqual({ ok: true, value: [] });
  }
});

test('a token for a service that takes only certificates is refused, not ignored', () => {
  const result = extractCredentials(
    factsWith({ authorization: 'Bearer abc' }),
    new Set(['client-certificate'] as const),
  );
  expect(result).toMatchObject({ ok: false, reason: 'CREDENTIAL_UNSUPPORTED' });
});

const proven: ReadonlySet<CredentialKind> = new Set(['bearer-token', 'dpop-token']);

test('the DPoP scheme presents the token with every proof, however many there are', () => {
  const one = extractCredentials(factsWith({ authorization: 'DPoP abc', dpop: ['p'] }), proven);
  expect(one).toMatchObject({ ok: true, value: [{ kind: 'dpop-token', proofs: [{}] }] });
  const two = extractCredentials(factsWith({ authorization: 'DPoP abc', dpop: ['p', 'q'] }), proven);
  expect(two).toMatchObject({ ok: true, value: [{ kind: 'dpop-token', proofs: [{}, {}] }] });
});

test.each([
  [
    'the DPoP scheme, for a service that reads none',
    { authorization: 'DPoP abc', dpop: 'p' },
    tokens,
    'CREDENTIAL_UNSUPPORTED',
  ],
  ['a proof beside a bearer token', { authorization: 'Bearer abc', dpop: 'p' }, proven, 'CREDENTIAL_MULTIPLE'],
  [
    'a bearer token, for a service that reads only DPoP',
    { authorization: 'Bearer abc' },
    new Set(['dpop-token'] as const),
    'CREDENTIAL_UNSUPPORTED',
  ],
])('%s is refused', (_case, headers, kinds, reason) => {
  expect(extractCredentials(factsWith(headers), kinds)).toMatchObject({ ok: false, reason });
});

test('a service that reads no proofs does not look at a DPoP header', () => {
  const result = extractCredentials(factsWith({ authorization: 'Bearer abc', dpop: 'p' }), tokens);
  expect(result).toMatchObject({ ok: true, value: [{ kind: 'bearer-token' }] });
});

test('headers that only look like identity are never read', () => {
  const result = extractCredentials(
    factsWith({
      x_forwarded_user: 'admin',
      'x-forwarded-client-cert': 'URI=spiffe://a/b',
      connection: 'authorization',
    }),
    tokens,
  );
  expect(result).toEqual({ ok: true, value: [] });
});
