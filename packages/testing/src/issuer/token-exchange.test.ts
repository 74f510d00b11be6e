import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  accessTokenType,
  askIssuer,
  exchangeGrant,
  gateway,
  orders,
  payments,
  secretOf,
  type ToldToken,
} from './issuer.test-kit.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';

const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
let issuer: TestIssuer;

beforeAll(async () => {
  const service = (clientId: string, audience: string) => ({
    clientId,
    clientSecret: secretOf(clientId),
    scopes: ['payments:charge'],
    introspects: [audience],
  });
  issuer = await createTestIssuer({
    clients: [
      { clientId: 'storefront', clientSecret: secretOf('storefront'), scopes: [] },
      service('gateway', gateway),
      service('orders', orders),
      service('payments', payments),
    ],
    resources: [
      { audience: gateway, scopes: [], tokenFormat: 'opaque' },
      { audience: orders, scopes: ['orders:write'] },
      { audience: payments, scopes: ['payments:charge'], tokenFormat: 'opaque' },
      { audience: 'https://wide.test', scopes: [] },
    ],
    exchange: [
      { actor: 'gateway', audience: orders, scopes: ['orders:write', 'payments:charge', 'orders:delete'] },
      { actor: 'gateway', audience: 'https://wide.test', scopes: [], widen: ['admin'] },
      {
        actor: 'gateway',
        audience: payments,
        scopes: ['payments:view'],
        within: { 'payments:view': ['catalog:read'] },
      },
      { actor: 'orders', for: ['alice'], audience: payments, scopes: ['payments:charge'] },
    ],
  });
});

afterAll(() => issuer.close());

const carried = ['orders:write', 'payments:charge', 'catalog:read'];

function userToken(changes: object = {}): Promise<string> {
  const user = { subject: 'alice', clientId: 'storefront', audience: gateway, scopes: carried, tenant: 'acme' };
  return issuer.mintUserToken({ ...user, ...changes });
}

interface Exchange {
  readonly client?: string;
  readonly [parameter: string]: string | readonly string[] | undefined;
}

async function exchange({ client = 'gateway', ...changes }: Exchange = {}): Promise<ToldToken> {
  const form = {
    grant_type: exchangeGrant,
    subject_token: 'subject_token' in changes ? undefined : await userToken(),
    subject_token_type: accessTokenType,
    audience: 'resource' in changes ? undefined : orders,
    scope: 'orders:write payments:charge',
    ...changes,
  };
  return askIssuer(issuer, { client, form });
}

test('the token of a user is exchanged for a narrower one, in which the client acts', async () => {
  const told = await exchange();
  expect(told).toMatchObject({
    status: 200,
    token_type: 'Bearer',
    issued_token_type: accessTokenType,
    scope: 'orders:write payments:charge',
  });
  const claims = decodeJwt(told.access_token);
  expect(claims).toMatchObject({ sub: 'alice', client_id: 'gateway', aud: orders, act: { sub: 'gateway' } });
  expect(claims).toMatchObject({ tenant: 'acme', scope: 'orders:write payments:charge' });
  expect(claims['may_act']).toBeUndefined();
});

test('the next service acts outside of the one before it, and the answer may be opaque', async () => {
  const first = await exchange();
  const told = await exchange({
    client: 'orders',
    subject_token: first.access_token,
    audience: undefined,
    resource: payments,
    scope: 'payments:charge',
  });
  expect(told).toMatchObject({ status: 200, scope: 'payments:charge' });
  expect(told.access_token).not.toContain('.');
  const known = await askIssuer(issuer, {
    client: 'payments',
    path: '/token/introspection',
    form: { token: told.access_token },
  });
  expect(known).toMatchObject({
    active: true,
    sub: 'alice',
    client_id: 'orders',
    aud: payments,
    tenant: 'acme',
    act: { sub: 'orders', act: { sub: 'gateway' } },
  });
});

test('without a scope the new token carries what both the old one and the rule allow', async () => {
  expect(await exchange({ scope: undefined })).toMatchObject({ scope: 'orders:write payments:charge' });
});

test('a scope that the rule does not allow is left out, and the answer says so', async () => {
  expect(await exchange({ scope: 'orders:write catalog:read' })).toMatchObject({ status: 200, scope: 'orders:write' });
});

test('a rule can name scopes that lie within others', async () => {
  const view = { audience: payments, scope: 'payments:view' };
  expect(await exchange(view)).toMatchObject({ status: 200, scope: 'payments:view' });
  const poor = await userToken({ scopes: ['orders:write'] });
  expect(await exchange({ ...view, subject_token: poor })).toMatchObject({ status: 400, error: 'invalid_scope' });
});

test('a rule can widen, against which clients are tested', async () => {
  const told = await exchange({ audience: 'https://wide.test', scope: undefined });
  expect(told).toMatchObject({ status: 200, scope: 'admin' });
});

test('a token ends no later than the one it was exchanged for', async () => {
  const told = await exchange({ subject_token: await userToken({ lifetimeSeconds: 20 }) });
  expect(told['expires_in']).toBeLessThanOrEqual(20);
  expect((await exchange())['expires_in']).toBeGreaterThan(200);
});

test('a JWT is issued to who asks for one', async () => {
  const first = await exchange();
  const asked = { client: 'orders', subject_token: first.access_token, audience: payments, scope: 'payments:charge' };
  const told = await exchange({ ...asked, requested_token_type: jwtType });
  expect(told).toMatchObject({ status: 200, issued_token_type: jwtType });
  expect(decodeJwt(told.access_token)).toMatchObject({ sub: 'alice' });
});

describe('an actor token', () => {
  const ownToken = async (client: string): Promise<string> => {
    const form = { grant_type: 'client_credentials', resource: payments, scope: 'payments:charge' };
    return (await askIssuer(issuer, { client, form })).access_token;
  };

  test('of the client names it as the actor', async () => {
    const told = await exchange({ actor_token: await ownToken('gateway'), actor_token_type: accessTokenType });
    expect(decodeJwt(told.access_token)).toMatchObject({ act: { sub: 'gateway' } });
  });

  test.each<[string, () => Promise<Exchange>]>([
    ['of another client', async () => ({ actor_token: await ownToken('orders'), actor_token_type: accessTokenType })],
    ['without a type', async () => ({ actor_token: await ownToken('gateway') })],
    ['of an unknown type', async () => ({ actor_token: await ownToken('gateway'), actor_token_type: 'token' })],
    ['that is missing beside its type', async () => ({ actor_token_type: accessTokenType })],
    ['that nobody issued', async () => ({ actor_token: 'invented', actor_token_type: accessTokenType })],
  ])('%s is refused', async (_case, changes) => {
    expect(await exchange(await changes())).toMatchObject({ status: 400, error: 'invalid_request' });
  });
});

describe('who may act', () => {
  test('is the client that the subject token names', async () => {
    const subject = await userToken({ mayAct: { sub: 'gateway', iss: issuer.issuer } });
    expect(await exchange({ subject_token: subject })).toMatchObject({ status: 200 });
  });

  test.each([
    ['another client', { sub: 'orders' }],
    ['a client of another issuer', { sub: 'gateway', iss: 'https://other.test' }],
    ['nobody by name', { sub: '' }],
  ])('is not the client when the subject token names %s', async (_case, mayAct) => {
    const subject = await userToken({ mayAct });
    expect(await exchange({ subject_token: subject })).toMatchObject({ status: 400, error: 'invalid_request' });
  });
});

describe('refused is', () => {
  const withdrawn = async (): Promise<string> => {
    const token = await userToken();
    issuer.revoke(token);
    return token;
  };

  test.each<[string, Exchange, string]>([
    ['a scope that the subject token does not carry', { scope: 'orders:write orders:delete' }, 'invalid_scope'],
    ['a scope that nobody has', { scope: 'orders:admin' }, 'invalid_scope'],
    ['only scopes that the rule leaves out', { scope: 'catalog:read' }, 'invalid_scope'],
    ['a target without a rule', { audience: gateway }, 'invalid_target'],
    ['an unknown target', { audience: 'https://evil.test' }, 'invalid_target'],
    ['no target', { audience: undefined }, 'invalid_target'],
    ['two targets', { audience: [orders, payments] }, 'invalid_target'],
    ['a target and another resource', { audience: orders, resource: payments }, 'invalid_target'],
    ['no subject token', { subject_token: undefined }, 'invalid_request'],
    ['a subject token that nobody issued', { subject_token: 'invented' }, 'invalid_request'],
    ['a subject token of an unknown type', { subject_token_type: 'jwt' }, 'invalid_request'],
    ['no type of the subject token', { subject_token_type: undefined }, 'invalid_request'],
    [
      'a type that is not issued',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
      'invalid_request',
    ],
    ['a client that the subject token is not for', { client: 'payments', audience: orders }, 'invalid_request'],
  ])('%s', async (_case, changes, error) => {
    const told = await exchange(changes);
    expect(told).toMatchObject({ status: 400, error });
    expect(told.access_token).toBeUndefined();
  });

  test.each<[string, () => Promise<string>]>([
    ['that was withdrawn', withdrawn],
    ['for another service', () => userToken({ audience: orders })],
    ['that has ended', () => issuer.mint(gateway, { claims: { exp: 1 } })],
    ['with another signature', async () => `${(await issuer.mint(gateway)).slice(0, -8)}AAAAAAAA`],
    ['that is no access token', () => issuer.mint(gateway, { header: { typ: 'JWT' } })],
    ['of another issuer', () => issuer.mint(gateway, { claims: { iss: 'https://other.test' } })],
  ])('a subject token %s', async (_case, subject) => {
    const told = await exchange({ subject_token: await subject(), scope: undefined });
    expect(told).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  test('a subject that the rule does not name', async () => {
    const bob = await exchange({ subject_token: await userToken({ subject: 'bob' }) });
    const asked = { client: 'orders', subject_token: bob.access_token, audience: payments, scope: 'payments:charge' };
    expect(await exchange(asked)).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  test('a client that has no rule at all', async () => {
    const subject = await userToken({ audience: payments });
    const told = await exchange({
      client: 'payments',
      subject_token: subject,
      audience: orders,
      scope: 'orders:write',
    });
    expect(told).toMatchObject({ status: 400, error: 'unauthorized_client' });
  });
});
