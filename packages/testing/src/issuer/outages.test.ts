import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askIssuer, payments, secretOf } from './issuer.test-kit.ts';
import type { IssuerEndpoint, IssuerOutage } from './outages.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.ts';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer({
    clients: [{ clientId: 'orders', clientSecret: secretOf('orders'), scopes: [], introspects: [payments] }],
    resources: [{ audience: payments, scopes: [] }],
  });
});

afterEach(() => issuer.setOutage(undefined));
afterAll(() => issuer.close());

const paths: Readonly<Record<IssuerEndpoint, string>> = {
  token: '/token',
  introspection: '/token/introspection',
  keys: '/jwks',
  metadata: '/.well-known/openid-configuration',
};
const endpoints = Object.keys(paths) as IssuerEndpoint[];

/** What an endpoint does: its status with the type of its content, or that it breaks the connection. */
async function behaviour(endpoint: IssuerEndpoint, signal?: AbortSignal): Promise<string> {
  try {
    const init = signal === undefined ? {} : { signal };
    const answer = await issuer.fetch(`${issuer.issuer}${paths[endpoint]}`, init);
    return `${answer.status} ${answer.headers.get('content-type') ?? 'nothing'}`;
  } catch {
    return 'broken';
  }
}

test.each<[IssuerOutage, string]>([
  ['down', 'broken'],
  ['unavailable', '503 nothing'],
  ['wrong-content', '200 text/html'],
])('%s, every endpoint answers: %s', async (outage, expected) => {
  issuer.setOutage(outage);
  expect(await Promise.all(endpoints.map((endpoint) => behaviour(endpoint)))).toEqual(endpoints.map(() => expected));
  issuer.setOutage(undefined);
  expect(await behaviour('metadata')).toBe('200 application/json; charset=utf-8');
});

test.each<[IssuerOutage]>([['hanging'], ['slow']])('%s, an endpoint says nothing for a while', async (outage) => {
  issuer.setOutage(outage, { endpoint: 'keys' });
  const patience = new AbortController();
  let said: string | undefined;
  const asked = behaviour('keys', patience.signal).then((what) => (said = what));
  expect(await behaviour('metadata')).toContain('200');
  expect(said).toBeUndefined();
  patience.abort();
  expect(await asked).toBe('broken');
});

test.each(endpoints)('trouble at %s leaves the others alone', async (endpoint) => {
  issuer.setOutage('down', { endpoint });
  const found = await Promise.all(endpoints.map((one) => behaviour(one)));
  expect(endpoints.filter((_, index) => found[index] === 'broken')).toEqual([endpoint]);
});

test('what is slow answers in the end, and as it would have', async () => {
  issuer.setOutage('slow', { endpoint: 'keys' });
  expect((await issuer.fetch(`${issuer.issuer}/jwks`)).status).toBe(200);
});

test('every token request is counted, those without an answer too', async () => {
  const before = issuer.tokenRequests.length;
  const form = { grant_type: 'client_credentials', resource: payments };
  await askIssuer(issuer, { client: 'orders', form });
  await askIssuer(issuer, { client: 'nobody', form });
  issuer.setOutage('down', { endpoint: 'token' });
  await expect(askIssuer(issuer, { client: 'orders', form })).rejects.toThrow(/socket hang up|ECONNRESET/);
  await issuer.fetch(`${issuer.issuer}/jwks`);
  expect(issuer.tokenRequests.slice(before)).toEqual([
    { clientId: 'orders', grantType: 'client_credentials', status: 200 },
    { grantType: 'client_credentials', status: 401 },
    {},
  ]);
});

test('a listener of the test can answer token requests, and they are counted', async () => {
  const before = issuer.tokenRequests.length;
  issuer.interceptToken((_request, response) =>
    response.writeHead(418, { 'content-type': 'application/json' }).end('{}'),
  );
  expect(await askIssuer(issuer, { client: 'orders', form: {} })).toMatchObject({ status: 418 });
  issuer.interceptToken(undefined);
  expect(await askIssuer(issuer, { client: 'orders', form: {} })).toMatchObject({ status: 400 });
  expect(issuer.tokenRequests.length - before).toBe(2);
});

test.each<[string, unknown, unknown]>([
  ['a misspelt trouble', 'dwon', undefined],
  ['an inherited name', 'toString', undefined],
  ['a misspelt endpoint', 'down', 'tokens'],
  ['a path in place of an endpoint', undefined, '/token'],
])('%s is a mistake, and changes nothing', async (_case, outage, endpoint) => {
  expect(() => issuer.setOutage(outage as never, { endpoint: endpoint as never })).toThrow(/is not known/);
  expect(await behaviour('keys')).toMatch(/^200 application\//);
});
