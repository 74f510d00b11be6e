import { jwtSvidAssertion, Secret } from '@countersign/core';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TokenChanges } from '../mint-token.ts';
import { createJwtSvidMinter, type JwtSvidMinter } from '../spiffe/jwt-svid-minter.ts';
import { askIssuer, payments, secretOf, type ToldToken } from './issuer.test-kit.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';

const id = 'spiffe://prod.test/orders';
const form = { grant_type: 'client_credentials', resource: payments, scope: 'payments:charge' };
let svids: JwtSvidMinter;
let issuer: TestIssuer;

beforeAll(async () => {
  svids = createJwtSvidMinter({ trustDomain: 'prod.test' });
  issuer = await createTestIssuer({
    jwtSvids: svids,
    clients: [
      { clientId: id, spiffeId: id, scopes: ['payments:charge'] },
      { clientId: 'plain', clientSecret: secretOf('plain'), scopes: ['payments:charge'] },
    ],
    resources: [{ audience: payments, scopes: ['payments:charge'] }],
  });
});

afterAll(() => issuer.close());

interface Svid {
  readonly id?: string;
  readonly audience?: string | readonly string[];
  readonly signer?: JwtSvidMinter;
  readonly clientId?: string;
  readonly changes?: TokenChanges;
}

async function ask({ clientId = id, signer = svids, changes, ...svid }: Svid = {}): Promise<ToldToken> {
  const source = {
    jwtSvid: (audience: string) => ({ token: new Secret(signer.mint({ id, audience, ...svid }, changes)) }),
  };
  const body = new URLSearchParams();
  const { tokenEndpoint: url, issuer: name } = issuer;
  await jwtSvidAssertion({ clientId, source }).prove({
    url,
    issuer: name,
    headers: new Headers(),
    body,
    now: Date.now(),
  });
  return askIssuer(issuer, { form: { ...form, ...Object.fromEntries(body) } });
}

test('a JWT-SVID for this issuer proves its workload, again and again', async () => {
  const told = await ask();
  expect(told).toMatchObject({ status: 200, token_type: 'Bearer' });
  expect(decodeJwt(told.access_token)).toMatchObject({ client_id: id, sub: id });
  expect(await ask()).toMatchObject({ status: 200 });
  expect(issuer.tokenRequests.at(-1)).toEqual({ clientId: id, grantType: 'client_credentials', status: 200 });
});

test('it proves it after the keys of the trust domain have changed', async () => {
  svids.rotateKeys();
  expect(await ask()).toMatchObject({ status: 200 });
});

test('others prove themselves as before', async () => {
  expect(await askIssuer(issuer, { client: 'plain', form })).toMatchObject({ status: 200 });
});

describe('refused is a JWT-SVID', () => {
  test.each<[string, Svid | (() => Svid)]>([
    ['for another server', { audience: 'https://other.test' }],
    ['for this issuer and another server', () => ({ audience: [issuer.issuer, 'https://other.test'] })],
    ['for the token endpoint', () => ({ audience: issuer.tokenEndpoint })],
    ['of another workload', { id: 'spiffe://prod.test/other' }],
    ['of another trust domain', { signer: createJwtSvidMinter({ trustDomain: 'prod.test' }) }],
    ['that has ended', { changes: { claims: { exp: 1 } } }],
    ['that never ends', { changes: { claims: { exp: undefined } } }],
    ['of another type', { changes: { header: { typ: 'at+jwt' } } }],
    ['of a client that proves itself otherwise', { clientId: 'plain' }],
    ['of a client that is not known', { clientId: 'spiffe://prod.test/other', id: 'spiffe://prod.test/other' }],
  ])('%s', async (_case, svid) => {
    const told = await ask(typeof svid === 'function' ? svid() : svid);
    expect(told).toMatchObject({ status: 401, error: 'invalid_client' });
    expect(told.access_token).toBeUndefined();
  });

  test('that is a secret', async () => {
    const told = await askIssuer(issuer, { form: { ...form, client_id: id, client_secret: 'none' } });
    expect(told).toMatchObject({ status: 401, error: 'invalid_client' });
  });
});
