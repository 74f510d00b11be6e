import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { thumbprintOf } from '@countersign/core';
import { X509Certificate, randomUUID } from 'node:crypto';
import { signRaw } from '../mint-token.ts';
import type { PemIdentity } from '../raw-request.ts';
import { createSigningKey } from '../signing-key.ts';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import { askIssuer, payments, type ToldToken } from './issuer.test-kit.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';

const key = createSigningKey('ES256');
const id = 'spiffe://prod.test/named';
const form = { grant_type: 'client_credentials', resource: payments, scope: 'payments:charge' };
let authority: TestAuthority;
let issuer: TestIssuer;
let own: PemIdentity;
let named: PemIdentity;

beforeAll(async () => {
  authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const elsewhere = await createTestAuthority({ trustDomain: 'elsewhere.test' });
  own = await elsewhere.issue({ id: 'spiffe://elsewhere.test/own' });
  named = await authority.issue({ id });
  const scopes = ['payments:charge'];
  issuer = await createTestIssuer({
    authority,
    clients: [
      { clientId: 'keyed', publicJwk: key.publicJwk, scopes },
      { clientId: 'named', certificateName: { uri: id }, certificateBound: true, scopes },
      { clientId: 'dns', certificateName: { dns: 'named.test' }, scopes },
      { clientId: 'own', certificatePem: own.certificatePem, certificateBound: true, scopes },
    ],
    resources: [{ audience: payments, scopes }],
  });
});

afterAll(() => issuer.close());

function thumbprint({ certificatePem }: PemIdentity): string {
  return thumbprintOf(new X509Certificate(certificatePem));
}

describe('an assertion', () => {
  const ask = (claims: object = {}, header: object = {}): Promise<ToldToken> => {
    const now = Math.floor(Date.now() / 1000);
    const good = { iss: 'keyed', sub: 'keyed', aud: issuer.issuer, iat: now, exp: now + 60, jti: randomUUID() };
    const assertion = signRaw(
      {
        header: JSON.stringify({ alg: 'ES256', kid: key.keyId, typ: 'client-authentication+jwt', ...header }),
        payload: JSON.stringify({ ...good, ...claims }),
      },
      key,
    );
    const proof = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    return askIssuer(issuer, { form: { ...form, ...proof } });
  };

  test.each<[string, object, object]>([
    ['for this issuer', {}, {}],
    ['whose audience is a list of one', { aud: ['issuer'] }, {}],
    ['without a type', {}, { typ: undefined }],
    ['of the plain type', {}, { typ: 'JWT' }],
  ])('%s is accepted', async (_case, claims, header) => {
    const aud = 'aud' in claims ? { aud: [issuer.issuer] } : {};
    expect(await ask({ ...claims, ...aud }, header)).toMatchObject({ status: 200 });
  });

  test.each<[string, () => object, object?]>([
    ['for the token endpoint', () => ({ aud: issuer.tokenEndpoint })],
    ['for this issuer and another one', () => ({ aud: [issuer.issuer, 'https://other.test'] })],
    ['for another issuer', () => ({ aud: 'https://other.test' })],
    ['that has ended', () => ({ exp: Math.floor(Date.now() / 1000) - 1 })],
    ['that never ends', () => ({ exp: undefined })],
    ['that lives for an hour', () => ({ exp: Math.floor(Date.now() / 1000) + 3_600 })],
    ['of the future', () => ({ nbf: Math.floor(Date.now() / 1000) + 30 })],
    ['about another client', () => ({ iss: 'other' })],
    ['of another type', () => ({}), { typ: 'at+jwt' }],
    ['without an id', () => ({ jti: undefined })],
  ])('%s is refused', async (_case, claims, header) => {
    expect(await ask(claims(), header)).toMatchObject({ status: 401, error: 'invalid_client' });
  });

  test('is good once', async () => {
    const jti = randomUUID();
    expect(await ask({ jti })).toMatchObject({ status: 200 });
    expect(await ask({ jti })).toMatchObject({ status: 401, error: 'invalid_client' });
  });
});

describe('a certificate', () => {
  const ask = (clientId: string, identity: PemIdentity | undefined, path = '/token'): Promise<ToldToken> =>
    askIssuer(issuer, { path, form: { ...form, client_id: clientId }, ...(identity !== undefined && { identity }) });

  test('with the name of the client proves it, and the token is bound to it', async () => {
    const told = await ask('named', named);
    expect(told).toMatchObject({ status: 200, token_type: 'Bearer' });
    expect(decodeJwt(told.access_token)).toMatchObject({
      client_id: 'named',
      cnf: { 'x5t#S256': thumbprint(named) },
    });
  });

  test('with a DNS name proves the client of that name', async () => {
    const identity = await authority.issue({ dnsNames: ['other.test', 'named.test'] });
    expect(await ask('dns', identity)).toMatchObject({ status: 200 });
    expect(await ask('dns', await authority.issue({ dnsNames: ['named.test.evil'] }))).toMatchObject({ status: 401 });
  });

  test('that nobody vouches for proves the client that registered it', async () => {
    const told = await ask('own', own);
    expect(told).toMatchObject({ status: 200 });
    expect(decodeJwt(told.access_token)).toMatchObject({ cnf: { 'x5t#S256': thumbprint(own) } });
  });

  test.each<[string, string, () => Promise<PemIdentity | undefined>]>([
    ['none', 'named', async () => undefined],
    ['one with another name', 'named', () => authority.issue({ id: 'spiffe://prod.test/other' })],
    [
      'one of another authority',
      'named',
      async () => (await createTestAuthority({ trustDomain: 'prod.test' })).issue({ id }),
    ],
    ['none for a registered one', 'own', async () => undefined],
    ['another one than the registered one', 'own', async () => named],
  ])('refused: %s', async (_case, clientId, identity) => {
    expect(await ask(clientId, await identity())).toMatchObject({ status: 401, error: 'invalid_client' });
  });

  test('can be shown at the endpoints that the metadata names for it', async () => {
    const metadata = (await (await issuer.fetch(`${issuer.issuer}/.well-known/openid-configuration`)).json()) as {
      readonly mtls_endpoint_aliases: { readonly token_endpoint: string };
    };
    const { token_endpoint: alias } = metadata.mtls_endpoint_aliases;
    expect(alias).not.toBe(issuer.tokenEndpoint);
    expect(metadata).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
    });
    expect(await ask('named', named, new URL(alias).pathname)).toMatchObject({ status: 200 });
  });
});
