import {
  accessToken,
  clientSecret,
  compileRequirement,
  createServiceAuth,
  judgeIntrospection,
  memorySink,
  privateKeyJwt,
  Secret,
  thumbprintOf,
  type ClientAuthentication,
  type ServiceAuth,
} from '@countersign/core';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSigningKey } from '../signing-key.ts';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';
import { trustingFetch } from '../trusting-fetch.ts';

const inventory = 'https://inventory.test';
const payments = 'https://payments.test';
const secret = new Secret('p@ss w%rd+/=');
const serviceKey = createSigningKey('ES256', 'service-key');

let authority: TestAuthority;
let issuer: TestIssuer;

beforeAll(async () => {
  authority = await createTestAuthority({ trustDomain: 'prod.test' });
  issuer = await createTestIssuer({
    authority,
    clients: [
      { clientId: 'orders', clientSecret: secret, scopes: ['inventory:read', 'payments:charge'] },
      { clientId: 'bound', clientSecret: secret, scopes: ['inventory:read'], certificateBound: true },
      { clientId: 'inventory:1', clientSecret: secret, scopes: [], introspects: [inventory] },
      { clientId: 'keyed', publicJwk: serviceKey.publicJwk, scopes: [], introspects: [inventory] },
      { clientId: 'payments', clientSecret: secret, scopes: [], introspects: [payments] },
    ],
    resources: [
      { audience: inventory, scopes: ['inventory:read'], tokenFormat: 'opaque' },
      { audience: payments, scopes: ['payments:charge'], tokenFormat: 'opaque' },
    ],
  });
});

afterAll(async () => {
  await issuer.close();
});

const withSecret = clientSecret({ clientId: 'inventory:1', clientSecret: secret });
const withKey = privateKeyJwt({
  clientId: 'keyed',
  key: serviceKey.privateKey,
  algorithm: 'ES256',
  keyId: serviceKey.keyId,
});

/** A token, as a client gets it. */
async function opaqueToken(clientId = 'orders', fetch = issuer.fetch): Promise<string> {
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource: inventory, scope: 'inventory:read' });
  const { tokenEndpoint: url, issuer: name } = issuer;
  await clientSecret({ clientId, clientSecret: secret }).prove({ url, issuer: name, headers, body, now: Date.now() });
  const answer = await fetch(url, { method: 'POST', headers, body: body.toString() });
  const { access_token: token } = (await answer.json()) as { readonly access_token?: string };
  if (token === undefined) throw new Error(`no token: ${answer.status}`);
  return token;
}

/** What the server says about a token, judged. */
async function askAbout(token: string, authentication: ClientAuthentication, audience = inventory) {
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
  const body = new URLSearchParams({ token, token_type_hint: 'access_token' });
  const { introspectionEndpoint: url, issuer: name } = issuer;
  await authentication.prove({ url, issuer: name, headers, body, now: Date.now() });
  const answer = await issuer.fetch(url, { method: 'POST', headers, body: body.toString() });
  if (answer.status !== 200) return { status: answer.status };
  return judgeIntrospection(await answer.text(), { issuer: name, audience: [audience], now: Date.now() });
}

describe('a real authorization server', () => {
  test.each([
    ['a form-encoded secret', withSecret],
    ['a signed assertion', withKey],
  ])('tells a service that proves itself with %s who an opaque token is for', async (_name, authentication) => {
    const token = await opaqueToken();
    expect(token).not.toContain('.');
    expect(await askAbout(token, authentication)).toMatchObject({
      ok: true,
      value: {
        identity: { workload: `oauth:${issuer.issuer}#orders` },
        audience: [inventory],
        confirmation: undefined,
      },
    });
  });

  test.each([
    ['a wrong secret', clientSecret({ clientId: 'inventory:1', clientSecret: new Secret('other') })],
    [
      'a foreign key',
      privateKeyJwt({ clientId: 'keyed', key: createSigningKey('ES256').privateKey, algorithm: 'ES256' }),
    ],
    ['a client it does not know', clientSecret({ clientId: 'nobody', clientSecret: secret })],
    [
      'an assertion for another server',
      { clientId: 'keyed', prove: (form) => withKey.prove({ ...form, issuer: 'https://other.test' }) },
    ],
  ] satisfies readonly (readonly [string, ClientAuthentication])[])(
    'does not talk to %s',
    async (_name, authentication) => {
      expect(await askAbout(await opaqueToken(), authentication)).toEqual({ status: 401 });
    },
  );

  test('says nothing about a token to the service it is not for', async () => {
    const other = clientSecret({ clientId: 'payments', clientSecret: secret });
    expect(await askAbout(await opaqueToken(), other, payments)).toMatchObject({ reason: 'TOKEN_INACTIVE' });
  });

  test('says that unknown and withdrawn tokens are not active', async () => {
    const token = await opaqueToken();
    issuer.revoke(token);
    expect(await askAbout(token, withSecret)).toMatchObject({ reason: 'TOKEN_INACTIVE' });
    expect(await askAbout('unknown', withSecret)).toMatchObject({ reason: 'TOKEN_INACTIVE' });
  });

  test('keeps opaque tokens over a rotation of its keys', async () => {
    const token = await opaqueToken();
    await issuer.rotateKeys();
    expect(await askAbout(token, withSecret)).toMatchObject({ ok: true });
  });

  test('tells of the certificate that a token is bound to', async () => {
    const identity = await authority.issue({ id: 'spiffe://prod.test/bound' });
    const token = await opaqueToken('bound', trustingFetch({ ca: issuer.caPem, identity }));
    const certificate = thumbprintOf(new X509Certificate(identity.certificatePem));
    expect(await askAbout(token, withSecret)).toMatchObject({ ok: true, value: { confirmation: { certificate } } });
  });

  test('takes no question while something else answers, and counts the questions', async () => {
    const token = await opaqueToken();
    const before = issuer.introspections;
    issuer.interceptIntrospection((_request, response) => response.writeHead(500).end());
    expect(await askAbout(token, withSecret)).toEqual({ status: 500 });
    issuer.interceptIntrospection(undefined);
    expect(await askAbout(token, withSecret)).toMatchObject({ ok: true });
    expect(issuer.introspections - before).toBe(2);
  });
});

describe('a service that asks for signed answers', () => {
  const accepting = (introspection: object) =>
    createServiceAuth({
      service: 'spiffe://prod.test/inventory',
      audience: inventory,
      accept: [accessToken({ issuer: issuer.issuer, introspection: { authentication: withSecret, ...introspection } })],
      audit: memorySink(),
      fetch: issuer.fetch,
    });

  async function outcomeOf(auth: ServiceAuth, token: string): Promise<string> {
    const header = (name: string): string[] => (name === 'authorization' ? [`Bearer ${token}`] : []);
    const facts = { transport: 'http', method: 'GET', target: '/', header, requestId: 'one' } as const;
    const verdict = await auth.check(facts, compileRequirement({ scope: 'inventory:read' }, 'the test'));
    return verdict.outcome === 'denied' ? verdict.reason : verdict.outcome;
  }

  test.each([
    ['signed', { signed: true }],
    ['plain', {}],
  ])('from a real authorization server believes them, and judges them as others (%s)', async (_name, options) => {
    const auth = accepting(options);
    await auth.ready();
    const [good, revoked] = await Promise.all([opaqueToken(), opaqueToken()]);
    issuer.revoke(revoked);
    expect(await outcomeOf(auth, good)).toBe('allowed');
    expect(await outcomeOf(auth, revoked)).toBe('TOKEN_INACTIVE');
    expect(await outcomeOf(auth, 'unknown')).toBe('TOKEN_INACTIVE');
    await auth.close();
  });
});
