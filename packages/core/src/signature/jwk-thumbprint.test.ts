import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { algorithmNames } from './algorithms.ts';
import { jwkThumbprint, keyThumbprint } from './jwk-thumbprint.ts';
import { signingKey } from './signing-key.test-kit.ts';

test('the key of RFC 9449 has the thumbprint of RFC 9449 section 6.1', () => {
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
    y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
  };
  expect(jwkThumbprint(jwk)).toBe('0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I');
});

test('the key of RFC 8037 has the thumbprint of RFC 8037 appendix A.3', () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
  expect(jwkThumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

test.each(algorithmNames)('a key for %s has the thumbprint that jose computes', async (name) => {
  const { jwk, privateKey } = signingKey(name);
  expect(jwkThumbprint(jwk)).toBe(await calculateJwkThumbprint(jwk as JWK));
  expect(keyThumbprint(createPublicKey(privateKey))).toBe(jwkThumbprint(jwk));
});

test('what a JWK says beside its key changes nothing', () => {
  const { jwk } = signingKey('ES256');
  const { kid: _kid, ...bare } = jwk;
  expect(jwkThumbprint({ ...bare, use: 'sig', alg: 'ES256', 'x-note': 1 })).toBe(jwkThumbprint(jwk));
});

test.each([
  ['no object', 'text'],
  ['nothing', null],
  ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
  ['a private key', signingKey('ES256').privateKey.export({ format: 'jwk' })],
  ['a point that is not on the curve', { ...signingKey('ES256').jwk, y: 'AAAA' }],
])('%s has no thumbprint', (_case, jwk) => {
  expect(jwkThumbprint(jwk)).toBeUndefined();
});
