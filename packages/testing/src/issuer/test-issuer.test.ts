import { createHash, X509Certificate } from 'node:crypto';
import { ConfigurationError, Secret } from '@countersign/core';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PemIdentity } from '../raw-request.ts';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import type { TestIssuerOptions } from './issuer-options.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';
import { trustingFetch } from '../trusting-fetch.ts';

const inventory = 'https://inventory.test';
const payments = 'https://payments.test';
const secrets = { orders: 'secret-of-orders', bound: 'secret-of-bound' } as const;

let authority: TestAuthority;
let issuer: TestIssuer;

beforeAll(async () => {
  authority = await createTestAuthority({ trustDomain: 'prod.test' });
  issuer = await createTestIssuer({
    authority,
    clients: [
      { clientId: 'orders', clientSecret: new Secret(secrets.orders), scopes: ['inventory:read', 'payments:charge'] },
      {
        clientId: 'bound',
        clientSecret: new Secret(secrets.bound),
        scopes: ['inventory:read'],
        certificateBound: true,
      },
    ],
    resources: [
      { audience: inventory, scopes: ['inventory:read', 'inventory:write'] },
      { audience: payments, scopes: ['payments:charge'] },
    ],
  });
});

afterAll(async () => {
  await issuer.close();
});

interface Asked {
  readonly client?: string;
  readonly secret?: string;
  readonly scope?: string;
  readonly resource?: string;
  readonly grant?: string;
  readonly identity?: PemIdentity;
}

interface Told {
  readonly status: number;
  readonly access_token?: string;
  readonly error?: string;
  readonly [member: string]: unknown;
}

async function ask(asked: Asked): Promise<Told> {
  const { client = 'orders', secret = secrets.orders, grant = 'client_credentials', identity, ...rest } = asked;
  const fetch = trustingFetch({ ca: issuer.caPem, ...(identity !== undefined && { identity }) });
  const answer = await fetch(issuer.tokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: grant, ...(rest as Record<string, string>) }).toString(),
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}

async function publishedKeys(): Promise<JSONWebKeySet> {
  const metadata = (await (await issuer.fetch(`${issuer.issuer}/.well-known/openid-configuration`)).json()) as {
    readonly issuer: string;
    readonly jwks_uri: string;
    readonly token_endpoint: string;
  };
  expect(metadata).toMatchObject({ issuer: issuer.issuer, token_endpoint: issuer.tokenEndpoint });
  return (await (await issuer.fetch(metadata.jwks_uri)).json()) as JSONWebKeySet;
}

const good = { scope: 'inventory:read', resource: inventory };

test('a client gets an RFC 9068 token for the resource it names, with the scopes it asked for', async () => {
  const told = await ask(good);
  expect(told).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 300, scope: 'inventory:read' });
  const token = told.access_token ?? '';
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await publishedKeys()), {
    issuer: issuer.issuer,
    audience: inventory,
  });
  expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'ES256', kid: issuer.keyId });
  expect(payload).toMatchObject({ client_id: 'orders', sub: 'orders', scope: 'inventory:read' });
});

test.each<[string, Asked, number, string]>([
  ['a wrong secret', { ...good, secret: 'wrong' }, 401, 'invalid_client'],
  ['the secret of another client', { ...good, secret: secrets.bound }, 401, 'invalid_client'],
  ['an unknown client', { ...good, client: 'nobody' }, 401, 'invalid_client'],
  ['a scope that the client may not have', { ...good, scope: 'inventory:write' }, 400, 'invalid_scope'],
  ['an unknown resource', { ...good, resource: 'https://evil.test' }, 400, 'invalid_target'],
  ['no resource', { scope: 'inventory:read' }, 400, 'invalid_target'],
  ['another grant', { ...good, grant: 'password' }, 400, 'unsupported_grant_type'],
  ['a bound client without a certificate', { ...good, client: 'bound', secret: secrets.bound }, 400, 'invalid_grant'],
])('refused: %s', async (_case, asked, status, error) => {
  const told = await ask(asked);
  expect(told).toMatchObject({ status, error });
  expect(told.access_token).toBeUndefined();
});

test('a scope of another resource is left out of the token', async () => {
  const told = await ask({ scope: 'inventory:read payments:charge', resource: payments });
  expect(decodeJwt(told.access_token ?? '')).toMatchObject({ aud: payments, scope: 'payments:charge' });
});

test('a bound client gets a token that names its certificate', async () => {
  const identity = await authority.issue({ id: 'spiffe://prod.test/bound' });
  const told = await ask({ ...good, client: 'bound', secret: secrets.bound, identity });
  const thumbprint = createHash('sha256').update(new X509Certificate(identity.certificatePem).raw).digest('base64url');
  expect(decodeJwt(told.access_token ?? '')['cnf']).toEqual({ 'x5t#S256': thumbprint });
});

test('after a rotation the new key signs, and the old one is published until it is withdrawn', async () => {
  const kidOf = (told: Told): unknown => decodeProtectedHeader(told.access_token ?? '').kid;
  const kids = async (): Promise<unknown[]> => (await publishedKeys()).keys.map(({ kid }) => kid);
  const old = kidOf(await ask(good));
  await issuer.rotateKeys();
  const fresh = kidOf(await ask(good));
  expect(fresh).not.toBe(old);
  expect(fresh).toBe(issuer.keyId);
  expect(await kids()).toEqual([fresh, old]);
  await issuer.withdrawOldKeys();
  expect(await kids()).toEqual([fresh]);
  for (const key of (await publishedKeys()).keys) expect(key).not.toHaveProperty('d');
});

test('it mints broken tokens past its own rules, with the key in use', async () => {
  const token = await issuer.mint(inventory, { claims: { exp: 1 } });
  expect(decodeJwt(token)).toMatchObject({ iss: issuer.issuer, aud: inventory, exp: 1 });
  expect(decodeProtectedHeader(token).kid).toBe(issuer.keyId);
});

test('while it is down connections end without an answer', async () => {
  issuer.setOutage('down');
  await expect(ask(good)).rejects.toThrow(/socket hang up|ECONNRESET/);
  issuer.setOutage(undefined);
  expect(await ask(good)).toMatchObject({ status: 200 });
});

test('every fault of the options is told at once', async () => {
  const making = createTestIssuer({ clients: [], ports: 1 } as unknown as TestIssuerOptions);
  await expect(making).rejects.toThrow(ConfigurationError);
  await expect(making).rejects.toMatchObject({
    faults: [{ option: 'ports' }, { option: 'clients' }, { option: 'resources' }],
  });
});
