import { trustBundle } from '@countersign/core';
import { createTestAuthority, type TestAuthority } from '@countersign/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeRuntime, until, type FakeRuntime } from '../fake-runtime.test-kit.ts';
import { bundleEndpoint } from './bundle-endpoint.ts';
import { documentOf, startBundleServer, type BundleServer } from './bundle-server.test-kit.ts';
import { PolledBundle } from './polled-bundle.ts';

const trustDomain = 'partner.test';
const endpointId = 'spiffe://partner.test/spire/server';

let partner: TestAuthority;
let next: TestAuthority;
let other: TestAuthority;
let runtime: FakeRuntime;
let server: BundleServer | undefined;
let polled: PolledBundle | undefined;

beforeAll(async () => {
  [partner, next, other] = await Promise.all([
    createTestAuthority({ trustDomain }),
    createTestAuthority({ trustDomain }),
    createTestAuthority({ trustDomain: 'other.test' }),
  ]);
});
beforeEach(() => {
  runtime = fakeRuntime(Date.now());
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await polled?.close();
  server?.close();
});

async function start(authority: TestAuthority, id = endpointId, body = documentOf([partner])): Promise<BundleServer> {
  server = await startBundleServer(authority, { id });
  server.serve(body);
  const options = {
    trustDomain,
    url: `${server.origin}/`,
    profile: 'https_spiffe',
    endpointSpiffeId: endpointId,
    endpointBundle: partner.bundle,
  } as const;
  polled = new PolledBundle({ options, readyTimeoutSeconds: 30, runtime });
  return server;
}

const failed = (): Promise<void> => until(() => runtime.codes().includes('BUNDLE_REFRESH_FAILED'));

async function poll(): Promise<void> {
  await until(() => runtime.waits().includes(300_000));
  runtime.advance(300_000);
}

describe('with https_spiffe the endpoint is believed', () => {
  test('by its id, and after the first time by the bundle it served last', async () => {
    const running = await start(partner, endpointId, documentOf([next]));
    await polled?.ready();
    // The authority that was there at the start is withdrawn, so it verifies no more.
    await poll();
    await failed();
    expect(running.asked).toHaveLength(1);
    await running.show(next, { id: endpointId });
    running.serve(documentOf([next, partner]));
    await poll();
    await until(() => polled?.find(trustDomain)?.authorities.length === 2);
  });

  test('no more when it withdrew everything', async () => {
    const running = await start(partner, endpointId, '{"keys":[]}');
    await polled?.ready();
    await poll();
    await failed();
    expect(running.asked).toHaveLength(1);
  });

  test.each<[string, () => Promise<BundleServer>]>([
    ['with another id of the domain', () => start(partner, 'spiffe://partner.test/other')],
    ['of an authority that is not in the bundle', () => start(next)],
    ['of another trust domain', () => start(other)],
  ])('not %s', async (_title, begin) => {
    const running = await begin();
    await failed();
    expect(running.asked).toEqual([]);
  });

  test.each<[string, () => Promise<BundleServer>]>([
    ['another id', () => start(partner, 'spiffe://partner.test/other')],
    ['another authority', () => start(next)],
  ])('also where the environment turns verification off: not one of %s', async (_title, begin) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const running = await begin();
    await until(() => runtime.codes().length > 0);
    expect([runtime.codes(), running.asked, polled?.list()]).toEqual([['BUNDLE_REFRESH_FAILED'], [], []]);
  });
});

describe('options', () => {
  const good = { trustDomain, url: 'https://partner.test/bundle.json', profile: 'https_web' } as const;
  test.each([
    ['no options', undefined, 'trustDomain'],
    ['no trust domain', { ...good, trustDomain: undefined }, 'trustDomain'],
    ['an id as trust domain', { ...good, trustDomain: 'spiffe://partner.test' }, 'trustDomain'],
    ['http', { ...good, url: 'http://partner.test/' }, 'url'],
    ['a user name', { ...good, url: 'https://me:secret@partner.test/' }, 'url'],
    ['no profile', { ...good, profile: undefined }, 'profile'],
    ['another profile', { ...good, profile: 'https' }, 'profile'],
    ['a bundle with https_web', { ...good, endpointBundle: {} }, 'endpointBundle'],
    ['https_spiffe without id', { ...good, profile: 'https_spiffe', endpointBundle: {} }, 'endpointSpiffeId'],
    [
      'https_spiffe without bundle',
      { ...good, profile: 'https_spiffe', endpointSpiffeId: endpointId },
      'endpointBundle',
    ],
    ['a time limit of nothing', { ...good, readyTimeoutSeconds: 0 }, 'readyTimeoutSeconds'],
  ])('with %s are a fault', (_title, options, option) => {
    expect(() => bundleEndpoint(options as never)).toThrow(`${option}: `);
  });

  test('with https_web are a fault where the environment turns verification off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(() => bundleEndpoint(good)).toThrow('CONFIG_UNSAFE');
    const fetch = (): Promise<Response> => Promise.reject(new Error('no network'));
    await bundleEndpoint({ ...good, fetch }).close();
  });

  test('with the bundle of another domain than the id of the endpoint are a fault', () => {
    const endpointBundle = trustBundle({ trustDomain: 'other.test', pem: partner.bundlePem });
    const options = { ...good, profile: 'https_spiffe', endpointSpiffeId: endpointId, endpointBundle } as const;
    expect(() => bundleEndpoint(options)).toThrow('CONFIG_CONFLICT');
  });
});
