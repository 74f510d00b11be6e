import { ConfigurationError, verifyDpopProof, type Algorithm } from '@countersign/core';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { createDpopKey } from './dpop-key.ts';

const url = 'https://inventory.test/stock/42';

test.each(['ES256', 'ES384', 'Ed25519', 'PS256'] as const)(
  'a proof with %s is good for core and for jose',
  async (algorithm) => {
    const key = createDpopKey(algorithm);
    const proof = key.proof({ url, method: 'POST', token: 'a-token' });
    const wanted = { method: 'POST', url, accessToken: 'a-token', now: Date.now(), algorithms: [algorithm] };
    expect(verifyDpopProof(proof, wanted)).toMatchObject({ ok: true, value: { thumbprint: key.confirmation.jkt } });
    const { protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' });
    expect(await calculateJwkThumbprint(protectedHeader.jwk as JWK)).toBe(key.confirmation.jkt);
  },
);

test.each(['HS256', 'none', 'constructor', 'es256', ''])(
  'a key for the algorithm %j is a mistake that is named',
  (name) => {
    expect(() => createDpopKey(name as Algorithm)).toThrow(ConfigurationError);
    expect(() => createDpopKey(name as Algorithm)).toThrow(/algorithm: is not accepted[^]*ES256/);
  },
);

test('proofs differ from one another, and change as they are told', () => {
  const key = createDpopKey();
  expect(key.proof({ url })).not.toBe(key.proof({ url }));
  const wanted = { method: 'GET', url, now: Date.now() };
  expect(verifyDpopProof(key.proof({ url, nonce: 'n' }), wanted)).toMatchObject({ value: { nonce: 'n' } });
  expect(verifyDpopProof(key.proof({ url, claims: { htm: 'PUT' } }), wanted)).toMatchObject({
    reason: 'PROOF_INVALID',
  });
  expect(verifyDpopProof(key.proof({ url, header: { typ: 'jwt' } }), wanted)).toMatchObject({
    reason: 'PROOF_INVALID',
  });
  expect(verifyDpopProof(key.proof({ url, claims: { jti: undefined } }), wanted).ok).toBe(false);
});

test('the header lines of a request carry token and proof', () => {
  const [[, authorization], [, proof]] = createDpopKey().headers({ url, token: 'a-token' });
  expect(authorization).toBe('DPoP a-token');
  expect(verifyDpopProof(proof, { method: 'GET', url, accessToken: 'a-token', now: Date.now() }).ok).toBe(true);
});
