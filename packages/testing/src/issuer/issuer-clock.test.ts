import { clientSecret, judgeIntrospection, privateKeyJwt } from '@countersign/core';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDpopKey } from '../dpop-key.ts';
import { createSigningKey } from '../signing-key.ts';
import {
  accessTokenType,
  askIssuer,
  exchangeGrant,
  gateway,
  orders,
  secretOf,
  type AskedToken,
  type ToldToken,
} from './issuer.test-kit.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';

const start = 1_800_000_000;
const key = createSigningKey('ES256');
const form = { grant_type: 'client_credentials', resource: gateway, scope: 'orders:write' };
let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer({
    clients: [
      { clientId: 'gateway', clientSecret: secretOf('gateway'), scopes: ['orders:write'], introspects: [gateway] },
      { clientId: 'keyed', publicJwk: key.publicJwk, scopes: ['orders:write'] },
    ],
    resources: [
      { audience: gateway, scopes: ['orders:write'], tokenFormat: 'opaque' },
      { audience: orders, scopes: ['orders:write'] },
    ],
    exchange: [{ actor: 'gateway', audience: orders, scopes: ['orders:write'] }],
    clock: { now: () => start * 1000 },
  });
});

afterEach(() => issuer.shiftClock(0));
afterAll(() => issuer.close());

const user = { subject: 'alice', clientId: 'gateway', audience: gateway, scopes: ['orders:write'] };
const ask = (asked: Partial<AskedToken>): Promise<ToldToken> =>
  askIssuer(issuer, { client: 'gateway', form, ...asked });
const introspect = (token: string): Promise<ToldToken> => ask({ path: '/token/introspection', form: { token } });
const exchange = (token: string): Promise<ToldToken> =>
  ask({
    form: { grant_type: exchangeGrant, subject_token: token, subject_token_type: accessTokenType, audience: orders },
  });

test.each([0, 900, -900])('tokens are dated by its clock (%i seconds off)', async (seconds) => {
  issuer.shiftClock(seconds);
  const now = start + seconds;
  const dates = { iat: now, exp: now + 300 };
  const told = await ask({ form: { ...form, resource: orders } });
  expect(told).toMatchObject({ status: 200, expires_in: 300 });
  expect(decodeJwt(told.access_token)).toMatchObject(dates);
  expect(decodeJwt(await issuer.mint(orders))).toMatchObject(dates);
  expect(await introspect((await ask({})).access_token)).toMatchObject({ active: true, ...dates });
});

test('an opaque token ends when its clock says so, and not before', async () => {
  const { access_token: token } = await ask({});
  issuer.shiftClock(299);
  expect(await introspect(token)).toMatchObject({ active: true, iat: start, exp: start + 300 });
  issuer.shiftClock(300);
  expect(await introspect(token)).toEqual(expect.objectContaining({ active: false }));
  issuer.shiftClock(0);
  expect(await introspect(token)).toMatchObject({ active: true });
});

test.each(['jwt', 'opaque'] as const)(
  'a subject token ends for an exchange when its clock says so (%s)',
  async (format) => {
    const token = await issuer.mintUserToken({ ...user, format });
    issuer.shiftClock(290);
    expect(await exchange(token)).toMatchObject({ status: 200, expires_in: 10 });
    issuer.shiftClock(301);
    expect(await exchange(token)).toMatchObject({ status: 400, error: 'invalid_request' });
  },
);

test.each([
  ['at its time', 0, 200],
  ['at a time before', -120, 401],
  ['at a time to come', 120, 401],
])('an assertion written %s answers %i', async (_case, off, status) => {
  const headers = new Headers();
  const body = new URLSearchParams();
  const { tokenEndpoint: url, issuer: name } = issuer;
  const now = (start + off) * 1000;
  const authentication = privateKeyJwt({ clientId: 'keyed', key: key.privateKey, algorithm: 'ES256' });
  await authentication.prove({ url, issuer: name, headers, body, now });
  const told = await askIssuer(issuer, { form: { ...form, ...Object.fromEntries(body) } });
  expect(told.status).toBe(status);
});

test.each([
  ['at its time', 0, 200],
  ['long before', -400, 400],
  ['at a time to come', 60, 400],
])('a DPoP proof signed %s answers %i', async (_case, off, status) => {
  const claims = { iat: start + off };
  const dpop = createDpopKey().proof({ url: issuer.tokenEndpoint, method: 'POST', claims });
  expect((await ask({ dpop })).status).toBe(status);
});

test('what it says of a token is judged by a service of the same time, and refused by one of another', async () => {
  const { access_token: token } = await ask({});
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
  const body = new URLSearchParams({ token });
  const { introspectionEndpoint: url, issuer: name } = issuer;
  const authentication = clientSecret({ clientId: 'gateway', clientSecret: secretOf('gateway') });
  await authentication.prove({ url, issuer: name, headers, body, now: Date.now() });
  const answer = await (await issuer.fetch(url, { method: 'POST', headers, body: body.toString() })).text();
  const judge = (now: number) => judgeIntrospection(answer, { issuer: name, audience: [gateway], now: now * 1000 });
  expect(judge(start)).toMatchObject({ ok: true });
  expect(judge(start + 900)).toMatchObject({ reason: 'TOKEN_EXPIRED' });
  expect(judge(start - 900)).toMatchObject({ reason: 'TOKEN_NOT_YET_VALID' });
});
