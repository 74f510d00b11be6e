import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { status } from '@grpc/grpc-js';
import { startOfTest } from '../../../core/src/certificate/certificate.test-kit.ts';
import { fakeRuntime, until, type FakeRuntime } from '../fake-runtime.test-kit.ts';
import { domain, entry, joined, startFakeWorkloadApi, type FakeWorkloadApi } from '../workload-api.test-kit.ts';
import { parseEndpoint } from '../workload-endpoint.ts';
import { createBundleSource, type BundleKind } from './create-bundle-source.ts';
import { FollowedBundleSource } from './followed-bundle-source.ts';
import { joinTrustBundles } from './join-trust-bundles.ts';

const prod = domain('prod.test').authority;
const partner = domain('partner.test').authority;
const second = domain('second.test').authority;
const keys = entry(1, 'spiffe://prod.test', '{"keys":[]}');

let api: FakeWorkloadApi;
let runtime: FakeRuntime;
const opened: FollowedBundleSource[] = [];

beforeEach(async () => {
  api = await startFakeWorkloadApi();
  runtime = fakeRuntime(startOfTest);
});
afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
  await api.close();
});

function open(...kinds: readonly BundleKind[]): FollowedBundleSource {
  const endpoint = parseEndpoint(api.endpoint);
  if (!endpoint.ok) throw new Error(endpoint.problem);
  const source = new FollowedBundleSource({ endpoint: endpoint.value, kinds, readyTimeoutSeconds: 30, runtime });
  opened.push(source);
  return source;
}

describe('the source of bundles', () => {
  test('is ready when both kinds came, and follows both', async () => {
    api.set('FetchX509Bundles', entry(2, 'spiffe://prod.test', prod.raw));
    const source = open('x509', 'jwt');
    let isReady = false;
    const ready = source.ready().then(() => {
      isReady = true;
    });
    await until(() => source.list().length === 1);
    expect(isReady).toBe(false);
    api.set('FetchJWTBundles', keys);
    await ready;
    expect(source.jwtBundle('prod.test')).toEqual({ trustDomain: 'prod.test', keys: [] });
    let calls = 0;
    source.watch(() => {
      calls += 1;
    });
    const before = source.find('prod.test');
    api.set(
      'FetchX509Bundles',
      joined(entry(2, 'spiffe://prod.test', prod.raw), entry(2, 'spiffe://partner.test', partner.raw)),
    );
    await until(() => source.find('partner.test') !== undefined);
    expect(source.find('prod.test')).toBe(before);
    api.set('FetchX509Bundles', entry(2, 'spiffe://prod.test', Buffer.concat([prod.raw, second.raw])));
    await until(() => source.find('partner.test') === undefined);
    expect(source.find('prod.test')?.authorities).toHaveLength(2);
    expect(calls).toBe(2);
  });

  test('asks for one kind when one is wanted', async () => {
    api.set('FetchJWTBundles', keys);
    await open('jwt').ready();
    expect(api.calls.map(({ method }) => method)).toEqual(['FetchJWTBundles']);
  });

  test.each([
    ['none', Buffer.alloc(0), 'has no bundles'],
    ['one that is empty', entry(2, 'spiffe://prod.test', ''), 'has a bundle that is empty'],
    ['one of no trust domain', entry(2, 'spiffe://prod.test/x', prod.raw), 'is of no trust domain'],
  ])('keeps its bundles when a message has %s', async (_title, message, problem) => {
    api.set('FetchX509Bundles', entry(2, 'spiffe://prod.test', prod.raw));
    const source = open('x509');
    await source.ready();
    const before = source.find('prod.test');
    api.set('FetchX509Bundles', message);
    await until(() => runtime.codes().includes('WORKLOAD_API_MESSAGE_REFUSED'));
    expect(runtime.notices.at(-1)?.facts['problem']).toContain(problem);
    expect(source.find('prod.test')).toBe(before);
  });

  test('says in ready() that the Workload API has no such call', async () => {
    api.set('FetchX509Bundles', { code: status.UNIMPLEMENTED, details: 'no' });
    await expect(open('x509').ready()).rejects.toMatchObject({ code: 'WORKLOAD_API_FAILED' });
  });

  test.each([[[]], [['x509', 'wit']], ['x509'], [null]])('is not made for the kinds %j', (kinds) => {
    expect(() => createBundleSource({ endpoint: 'unix:///a.sock', kinds: kinds as never })).toThrow('kinds: ');
  });
});

test('sets of bundles are joined without being merged: the first one speaks for its domains', async () => {
  api.set('FetchX509Bundles', entry(2, 'spiffe://prod.test', prod.raw));
  const first = open('x509');
  await first.ready();
  api.set(
    'FetchX509Bundles',
    joined(entry(2, 'spiffe://prod.test', second.raw), entry(2, 'spiffe://partner.test', partner.raw)),
  );
  const other = open('x509');
  const joinedSet = joinTrustBundles(first, other);
  await other.ready();
  await joinedSet.ready?.();
  api.set('FetchX509Bundles', entry(2, 'spiffe://prod.test', prod.raw));
  await until(() => other.find('partner.test') === undefined);
  expect(joinedSet.list()).toEqual([first.find('prod.test')]);
  expect(joinedSet.find('prod.test')).toBe(first.find('prod.test'));
  let calls = 0;
  const stop = joinedSet.watch(() => {
    calls += 1;
  });
  api.set(
    'FetchX509Bundles',
    joined(entry(2, 'spiffe://prod.test', prod.raw), entry(2, 'spiffe://partner.test', partner.raw)),
  );
  await until(() => first.list().length === 2 && other.list().length === 2);
  expect(calls).toBe(2);
  expect(joinedSet.list().map(({ trustDomain }) => trustDomain)).toEqual(['prod.test', 'partner.test']);
  stop();
  expect(() => joinTrustBundles(first, {} as never)).toThrow('[1]: ');
});
