/** Proofs that we sign, held against what verifies those of others here, and against `jose`. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { algorithmNames } from '../signature/algorithms.ts';
import { jwkThumbprint } from '../signature/jwk-thumbprint.ts';
import { parseStrictJson } from '../signature/strict-json.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { verifyDpopProof, type DpopExpectations } from './dpop-proof.ts';
import { dpopProver, type ProofRequest } from './dpop-prover.ts';
import { accessToken, wanted } from './dpop.test-kit.ts';
import { now } from './token.test-kit.ts';

const request: ProofRequest = {
  method: 'GET',
  url: wanted.url,
  accessToken: new Secret(accessToken),
  now: now * 1000,
};

function partsOf(proof: string): readonly Record<string, unknown>[] {
  return proof
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
}

describe('a proof', () => {
  it.each(algorithmNames.map((name) => [name]))('signed with %s is good here and for jose', async (algorithm) => {
    const { privateKey } = signingKey(algorithm, 'prover');
    const prover = dpopProver({ key: privateKey, algorithm });
    const proof = prover.prove(request);
    const verified = verifyDpopProof(proof, { ...wanted, algorithms: [algorithm] } as DpopExpectations);
    expect(verified).toMatchObject({ ok: true, value: { thumbprint: prover.thumbprint } });
    const options = { typ: 'dpop+jwt', currentDate: new Date(now * 1000) };
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options);
    expect(Object.keys(protectedHeader).toSorted()).toEqual(['alg', 'jwk', 'typ']);
    expect(await calculateJwkThumbprint(protectedHeader.jwk as JWK)).toBe(prover.thumbprint);
    expect(payload).toEqual({
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      htm: 'GET',
      htu: wanted.url,
      iat: now,
      ath: createHash('sha256').update(accessToken).digest('base64url'),
    });
  });

  it('holds the public half of the key and nothing else of it', () => {
    const { privateKey } = signingKey('RS256', 'prover');
    const [header] = partsOf(dpopProver({ key: privateKey, algorithm: 'RS256' }).prove(request));
    expect(Object.keys(header?.['jwk'] as object).toSorted()).toEqual(['e', 'kty', 'n']);
  });

  it('is another one for every request', () => {
    const prover = dpopProver();
    const ids = Array.from({ length: 50 }, () => partsOf(prover.prove(request))[1]?.['jti']);
    expect(new Set(ids).size).toBe(50);
  });

  it('carries the nonce of the server, and no hash where there is no token', () => {
    const { accessToken: _token, ...atTheIssuer } = request;
    const [, claims] = partsOf(dpopProver().prove({ ...atTheIssuer, method: 'POST', nonce: 'n-1' }));
    expect(claims).toMatchObject({ htm: 'POST', nonce: 'n-1' });
    expect(claims).not.toHaveProperty('ath');
  });

  it.each([
    ['https://a.test/x?y=1#z', 'https://a.test/x'],
    ['HTTPS://A.test:443', 'https://a.test/'],
    ['https://a.test:8443/b/../c', 'https://a.test:8443/c'],
  ])('for %s names %s', (url, htu) => {
    expect(partsOf(dpopProver().prove({ ...request, url }))[1]?.['htu']).toBe(htu);
  });

  it.each<[string, Partial<DpopExpectations>]>([
    ['another method', { method: 'POST' }],
    ['another place', { url: `${wanted.url}/2` }],
    ['another token', { accessToken: 'b.good.token' }],
    ['an hour later', { now: (now + 3_600) * 1000 }],
  ])('is none for %s', (_name, change) => {
    const proof = dpopProver().prove(request);
    expect(verifyDpopProof(proof, wanted).ok).toBe(true);
    expect(verifyDpopProof(proof, { ...wanted, ...change }).ok).toBe(false);
  });

  // RFC 9449 §6.1: the key of its examples and the thumbprint that tokens bound to it carry.
  it('is bound to the key that the standard computes', () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
      y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
    };
    expect(parseStrictJson(JSON.stringify(jwk)).ok).toBe(true);
    expect(jwkThumbprint(jwk)).toBe('0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I');
  });
});

describe('a prover', () => {
  const { privateKey } = signingKey('ES256', 'prover');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

  it('makes a key of its own when it is given none, each time another', () => {
    expect(dpopProver().thumbprint).not.toBe(dpopProver().thumbprint);
    expect(dpopProver({ key: new Secret(pem) }).thumbprint).toBe(dpopProver({ key: privateKey }).thumbprint);
  });

  it('shows nothing of its key', () => {
    const [, line = ''] = pem.split('\n');
    expect(line.length).toBeGreaterThan(40);
    expect(JSON.stringify(dpopProver({ key: new Secret(pem) }))).not.toContain(line);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['nothing to object to', { key: privateKey, algorithm: 'ES256' }, []],
    ['a new key of RSA', { algorithm: 'PS256' }, []],
    ['a symmetric algorithm', { algorithm: 'HS256' }, ['algorithm CONFIG_INVALID']],
    ['an algorithm of another key', { key: privateKey, algorithm: 'EdDSA' }, ['key CONFIG_KEY_REFUSED']],
    ['a public key', { key: createPublicKey(privateKey as KeyObject) }, ['key CONFIG_KEY_REFUSED']],
    ['a key as text', { key: pem }, ['key CONFIG_KEY_REFUSED']],
    ['a misspelt option', { alg: 'ES256' }, ['alg CONFIG_UNKNOWN_OPTION']],
  ])('with %s', (_name, options, expected) => {
    let found: string[] = [];
    try {
      dpopProver(options as never);
    } catch (error) {
      found = (error as ConfigurationError).faults.map(({ code, option }) => `${option} ${code}`);
    }
    expect(found).toEqual(expected);
  });
});
