import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askIssuer, gateway, orders, secretOf, type ToldToken } from './issuer.test-kit.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer({
    clients: [
      { clientId: 'storefront', clientSecret: secretOf('storefront'), scopes: [] },
      { clientId: 'gateway', clientSecret: secretOf('gateway'), scopes: [], introspects: [gateway] },
      { clientId: 'orders', clientSecret: secretOf('orders'), scopes: [], introspects: [orders] },
    ],
    resources: [
      { audience: gateway, scopes: [], tokenFormat: 'opaque' },
      { audience: orders, scopes: [] },
    ],
  });
});

afterAll(() => issuer.close());

const user = { subject: 'alice', clientId: 'storefront', audience: gateway, scopes: ['catalog:read'] } as const;
const introspect = (token: string, client = 'gateway'): Promise<ToldToken> =>
  askIssuer(issuer, { client, path: '/token/introspection', form: { token } });

test('the issuer tells the service that a token of a user is for who the user is', async () => {
  const token = await issuer.mintUserToken({ ...user, tenant: 'acme', acr: 'mfa', mayAct: { sub: 'gateway' } });
  expect(token).not.toContain('.');
  expect(await introspect(token)).toMatchObject({
    active: true,
    sub: 'alice',
    client_id: 'storefront',
    aud: gateway,
    scope: 'catalog:read',
    tenant: 'acme',
    acr: 'mfa',
    may_act: { sub: 'gateway' },
  });
});

test('it tells nothing to another service, and nothing of a token that was withdrawn', async () => {
  const token = await issuer.mintUserToken(user);
  expect(await introspect(token, 'orders')).toEqual(expect.objectContaining({ active: false }));
  issuer.revoke(token);
  expect(await introspect(token)).toEqual(expect.objectContaining({ active: false }));
  expect(await introspect(await issuer.mintUserToken(user))).toMatchObject({ active: true });
});

test('a token of a user can be a JWT, and outlives a rotation of keys', async () => {
  const jwt = await issuer.mintUserToken({ ...user, format: 'jwt', lifetimeSeconds: 60 });
  const { iat = 0, exp, ...claims } = decodeJwt(jwt);
  expect(claims).toMatchObject({ sub: 'alice', client_id: 'storefront', aud: gateway, scope: 'catalog:read' });
  expect(exp).toBe(iat + 60);
  const opaque = await issuer.mintUserToken(user);
  await issuer.rotateKeys();
  expect(await introspect(opaque)).toMatchObject({ active: true });
  expect(decodeJwt(await issuer.mintUserToken({ ...user, format: 'jwt' })).sub).toBe('alice');
});

test('the format is that of the service unless the test says otherwise', async () => {
  expect(await issuer.mintUserToken({ ...user, audience: orders })).toContain('.');
  expect(await issuer.mintUserToken({ ...user, audience: orders, format: 'opaque' })).not.toContain('.');
});

test.each([
  ['client', { clientId: 'nobody' }],
  ['resource', { audience: 'https://nowhere.test' }],
])('a %s that the issuer does not know is a mistake', async (kind, changes) => {
  await expect(async () => issuer.mintUserToken({ ...user, ...changes })).rejects.toThrow(`knows no ${kind}`);
});
