/** A call from one workload to another with a JWT-SVID, both sides fed by the Workload API. */
import { createServiceClient } from '@countersign/client';
import { accessToken, compileRequirement, createServiceAuth, memorySink, type ServiceAuth } from '@countersign/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compactJws, signingKey, type SigningKey } from '../../../core/src/signature/signing-key.test-kit.ts';
import { until } from '../fake-runtime.test-kit.ts';
import { entry, field, joined, startFakeWorkloadApi, type FakeWorkloadApi } from '../workload-api.test-kit.ts';
import { createJwtSource, type JwtSource } from './create-jwt-source.ts';
import { jwtSvid } from './jwt-svid.ts';

const orders = 'spiffe://prod.test/orders';
const inventory = 'spiffe://prod.test/inventory';
const old = signingKey('ES256', 'old');
const fresh = signingKey('ES256', 'fresh');

let api: FakeWorkloadApi;
let source: JwtSource;
let auth: ServiceAuth;
const audit = memorySink();

beforeEach(async () => {
  api = await startFakeWorkloadApi();
  keys(old);
  signWith(old);
  source = createJwtSource({ endpoint: api.endpoint });
  auth = createServiceAuth({
    service: inventory,
    audience: inventory,
    accept: [accessToken({ profile: 'jwt-svid', trustDomain: 'prod.test', bundle: source })],
    audit,
  });
  await auth.ready();
});
afterEach(async () => {
  await auth.close();
  await source.close();
  await api.close();
});

/** What SPIRE sends: keys without use. */
function keys(...signers: readonly SigningKey[]): void {
  const document = JSON.stringify({ keys: signers.map(({ jwk }) => jwk) });
  api.set('FetchJWTBundles', entry(1, 'spiffe://prod.test', document));
}

function signWith(key: SigningKey, sub = orders): void {
  api.jwt = () => {
    const claims = { sub, aud: [inventory], exp: Math.floor(Date.now() / 1000) + 300 };
    const token = compactJws({ alg: 'ES256', kid: key.keyId, typ: 'JWT' }, claims, key);
    return field(1, joined(field(1, sub), field(2, token)));
  };
}

const requirement = compileRequirement({ caller: orders }, 'GET /stock');

/** The service, without a socket between. */
async function serve(_url: string, { headers }: RequestInit = {}): Promise<Response> {
  const sent = new Headers(headers);
  const verdict = await auth.check(
    {
      transport: 'http',
      method: 'GET',
      target: '/stock',
      requestId: '1',
      header: (name) => (sent.has(name) ? [sent.get(name) ?? ''] : []),
    },
    requirement,
  );
  return new Response('{}', { status: verdict.outcome === 'denied' ? verdict.response.status : 200 });
}

const client = () =>
  createServiceClient({
    baseUrl: 'https://inventory.test',
    audience: inventory,
    credentials: jwtSvid({ source }),
    fetch: serve,
  });

test('is allowed for the id that the token proves, and goes on when the key is rotated', async () => {
  const service = client();
  expect((await service.fetch('/stock')).status).toBe(200);
  keys(old, fresh);
  await until(() => source.jwtBundle('prod.test')?.keys.length === 2);
  signWith(fresh);
  keys(fresh);
  await until(() => source.jwtBundle('prod.test')?.keys.length === 1);
  // The token in hand is refused, and the client comes again with a fresh one.
  expect((await service.fetch('/stock')).status).toBe(200);
  expect(audit.events.map((event) => event['event.name'])).toEqual(['authz.allow', 'authn.failure', 'authz.allow']);
  await service.close();
});

test.each<[string, () => void, number]>([
  ['signed by a key that is not in the bundle', () => signWith(fresh), 401],
  ['of another workload', () => signWith(old, 'spiffe://prod.test/edge'), 403],
  ['of another trust domain', () => signWith(old, 'spiffe://other.test/orders'), 401],
])('is refused with a token %s', async (_title, change, status) => {
  change();
  const service = client();
  expect((await service.fetch('/stock')).status).toBe(status);
  await service.close();
});
