import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDpopKey, type ProofRequest } from '../dpop-key.ts';
import { askIssuer, payments, secretOf, type ToldToken } from './issuer.test-kit.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';

const key = createDpopKey('ES256');
let free: TestIssuer;
let strict: TestIssuer;

beforeAll(async () => {
  const options = {
    clients: [
      { clientId: 'orders', clientSecret: secretOf('orders'), scopes: ['payments:charge'] },
      { clientId: 'bound', clientSecret: secretOf('bound'), scopes: ['payments:charge'], dpopBound: true },
    ],
    resources: [{ audience: payments, scopes: ['payments:charge'] }],
  } as const;
  [free, strict] = await Promise.all([
    createTestIssuer(options),
    createTestIssuer({ ...options, requireDpopNonce: true }),
  ]);
});

afterAll(() => Promise.all([free.close(), strict.close()]));

const form = { grant_type: 'client_credentials', resource: payments, scope: 'payments:charge' };

function ask(issuer: TestIssuer, proof: Partial<ProofRequest> | undefined, client = 'orders'): Promise<ToldToken> {
  const dpop = proof && key.proof({ url: issuer.tokenEndpoint, method: 'POST', ...proof });
  return askIssuer(issuer, { client, form, ...(dpop !== undefined && { dpop }) });
}

describe('a proof', () => {
  test('binds the token to its key', async () => {
    const told = await ask(free, {});
    expect(told).toMatchObject({ status: 200, token_type: 'DPoP' });
    expect(decodeJwt(told.access_token)['cnf']).toEqual(key.confirmation);
  });

  test.each<[string, Partial<ProofRequest>]>([
    ['for another method', { method: 'GET' }],
    ['for another endpoint', { url: 'https://localhost/token' }],
    ['that is old', { claims: { iat: Math.floor(Date.now() / 1000) - 400 } }],
    ['of the future', { claims: { iat: Math.floor(Date.now() / 1000) + 60 } }],
    ['without an id', { claims: { jti: undefined } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['with a key that did not sign it', { header: { jwk: createDpopKey().signingKey.publicJwk } }],
    ['that names a private key', { header: { jwk: key.signingKey.privateJwk } }],
  ])('%s is refused', async (_case, proof) => {
    const told = await ask(free, proof);
    expect(told).toMatchObject({ status: 400, error: 'invalid_dpop_proof' });
    expect(told.access_token).toBeUndefined();
  });

  test('is good once', async () => {
    const dpop = key.proof({ url: free.tokenEndpoint, method: 'POST' });
    expect(await askIssuer(free, { client: 'orders', form, dpop })).toMatchObject({ status: 200 });
    expect(await askIssuer(free, { client: 'orders', form, dpop })).toMatchObject({ error: 'invalid_dpop_proof' });
  });

  test('for the endpoint that the metadata names for certificates is good there alone', async () => {
    const proof = () => key.proof({ url: `${free.issuer}/mtls/token`, method: 'POST' });
    expect(await askIssuer(free, { path: '/mtls/token', client: 'orders', form, dpop: proof() })).toMatchObject({
      token_type: 'DPoP',
    });
    expect(await askIssuer(free, { client: 'orders', form, dpop: proof() })).toMatchObject({ status: 400 });
  });

  test('is demanded of clients that are registered so', async () => {
    expect(await ask(free, undefined, 'bound')).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await ask(free, {}, 'bound')).toMatchObject({ status: 200, token_type: 'DPoP' });
    expect(await ask(free, undefined)).toMatchObject({ status: 200, token_type: 'Bearer' });
  });
});

describe('where a nonce is demanded', () => {
  const nonceOf = ({ headers }: ToldToken): string => headers.get('dpop-nonce') ?? '';

  test('the refusal names one, with which the proof is good', async () => {
    const refused = await ask(strict, {});
    expect(refused).toMatchObject({ status: 400, error: 'use_dpop_nonce' });
    expect(await ask(strict, { nonce: nonceOf(refused) })).toMatchObject({ status: 200, token_type: 'DPoP' });
  });

  test.each([
    ['an invented nonce', 'invented'],
    ['an empty nonce', ''],
  ])('%s is refused', async (_case, nonce) => {
    expect(await ask(strict, { nonce })).toMatchObject({ status: 400, error: 'use_dpop_nonce' });
  });

  test('the one before stays good, and the answer names the new one; older ones do not', async () => {
    const old = nonceOf(await ask(strict, {}));
    strict.rotateDpopNonce();
    const told = await ask(strict, { nonce: old });
    expect(told).toMatchObject({ status: 200 });
    expect(nonceOf(told)).not.toBe(old);
    expect((await ask(strict, { nonce: nonceOf(told) })).headers.get('dpop-nonce')).toBeNull();
    strict.rotateDpopNonce();
    expect(await ask(strict, { nonce: old })).toMatchObject({ status: 400, error: 'use_dpop_nonce' });
  });
});
