/** The sources on the Workload API of @countersign/testing: rotations, outages and broken messages over real sockets. */
import { accessToken, compileRequirement, createServiceAuth, memorySink } from '@countersign/core';
import { createTestAuthority, startBundleEndpoint, startWorkloadApi, type TestWorkloadApi } from '@countersign/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fakeRuntime, until, type FakeRuntime } from './fake-runtime.test-kit.ts';
import { bundleEndpoint, createBundleSource, createJwtSource } from './index.ts';
import { parseEndpoint } from './workload-endpoint.ts';
import { FollowedX509Source } from './x509/followed-x509-source.ts';

const orders = 'spiffe://prod.test/orders';
const edge = 'spiffe://prod.test/edge';

async function started(options: Partial<Parameters<typeof startWorkloadApi>[0]> = {}): Promise<TestWorkloadApi> {
  const api = await startWorkloadApi({ workloads: [{ id: orders }, { id: edge, hint: 'external' }], ...options });
  onTestFinished(() => api.close());
  return api;
}

async function opened(api: TestWorkloadApi): Promise<{ source: FollowedX509Source; runtime: FakeRuntime }> {
  const endpoint = parseEndpoint(api.endpoint);
  if (!endpoint.ok) throw new Error(endpoint.problem);
  const runtime = fakeRuntime(Date.now());
  const source = new FollowedX509Source({
    endpoint: endpoint.value,
    pick: undefined,
    readyTimeoutSeconds: 30,
    runtime,
  });
  onTestFinished(() => source.close());
  await source.ready();
  return { source, runtime };
}

const faults = [
  'no-svids',
  'missing-id',
  'missing-certificate',
  'missing-key',
  'missing-bundle',
  'truncated-certificate',
  'trailing-bytes',
  'unreadable-key',
  'foreign-key',
  'foreign-bundle',
  'wrong-id',
  'invalid-text',
  'not-protobuf',
  'wrong-wire-type',
  'truncated-message',
  'oversized-message',
  'compressed-flag',
] as const satisfies readonly Parameters<TestWorkloadApi['malformed']>[0][];

describe('the X.509 source', () => {
  test.each(['unix', 'tcp'] as const)('follows rotations over %s', async (endpoint) => {
    const api = await started({ endpoint });
    const { source } = await opened(api);
    for (let turn = 0; turn < 3; turn += 1) {
      const before = source.find();
      await api.rotate();
      await until(() => source.find() !== before);
      expect(source.spiffeId()).toBe(orders);
    }
    expect(api.calls.FetchX509SVID).toBe(1);
  });

  test('takes an SVID that an intermediate authority issued', async () => {
    const { source } = await opened(await started({ intermediate: true }));
    expect(source.find()?.certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  test('follows a new authority, and lets the old one go when it is withdrawn', async () => {
    const api = await started();
    const { source } = await opened(api);
    await api.rotateAuthority({ overlap: true });
    await until(() => source.find('prod.test')?.authorities.length === 2);
    api.withdrawOldAuthorities();
    await until(() => source.find('prod.test')?.authorities.length === 1);
    expect(source.find('prod.test')?.authorities[0]?.raw).toEqual(api.authority.bundle.authorities[0]?.raw);
  });

  test('follows federation', async () => {
    const partner = await createTestAuthority({ trustDomain: 'partner.test' });
    const api = await started();
    const { source } = await opened(api);
    api.setFederated([partner]);
    await until(() => source.find('partner.test') !== undefined);
    api.setFederated([]);
    await until(() => source.find('partner.test') === undefined);
    expect(source.list().map(({ trustDomain }) => trustDomain)).toEqual(['prod.test']);
  });

  test.each(faults)('keeps its state at a message with the fault %s, and takes the next good one', async (fault) => {
    const api = await started();
    const { source, runtime } = await opened(api);
    const before = source.find();
    api.malformed(fault);
    const isTold = () =>
      runtime.codes().some((code) => code === 'WORKLOAD_API_MESSAGE_REFUSED' || code === 'WORKLOAD_API_DISCONNECTED');
    await until(isTold);
    expect(source.find()).toBe(before);
    api.recover();
    await api.rotate();
    // A stream that had to be ended is opened again after a pause.
    await until(() => {
      if (runtime.waits().some((wait) => wait <= 3_000)) runtime.advance(3_000);
      return source.find() !== before;
    });
    expect(source.spiffeId()).toBe(orders);
  });

  test('withdraws its identity when it is denied in the middle, and has it again after', async () => {
    const api = await started();
    const { source, runtime } = await opened(api);
    api.deny();
    await until(() => source.find() === undefined);
    api.recover();
    runtime.advance(1_000);
    await until(() => source.find() !== undefined);
    expect(runtime.codes()).toEqual(['SVID_UPDATED', 'WORKLOAD_API_DENIED', 'SVID_WITHDRAWN', 'SVID_UPDATED']);
  });

  test('takes the next identity when the first one is taken away', async () => {
    const api = await started();
    const { source } = await opened(api);
    await api.setWorkloads([{ id: edge }]);
    await until(() => source.spiffeId() !== orders);
    expect(source.spiffeId()).toBe(edge);
  });

  test.each<[string, (api: TestWorkloadApi) => void]>([
    ['breaks', (api) => api.dropStreams()],
    ['ends', (api) => api.endStreams()],
  ])('opens a stream that %s again at once', async (_title, end) => {
    const api = await started();
    const { source } = await opened(api);
    const before = source.find();
    end(api);
    await until(() => api.calls.FetchX509SVID === 2 && api.openStreams === 1);
    await api.rotate();
    await until(() => source.find() !== before);
    expect(api.calls.FetchX509SVID).toBe(2);
  });

  test.each<[string, (api: TestWorkloadApi) => void]>([
    ['is unavailable', (api) => api.unavailable()],
    ['is down', (api) => api.down()],
  ])('keeps its identity while the agent %s, and asks again', async (_title, fail) => {
    const api = await started();
    const { source, runtime } = await opened(api);
    const before = source.find();
    fail(api);
    await until(() => runtime.codes().includes('WORKLOAD_API_DISCONNECTED') && runtime.waits().includes(1_000));
    expect(source.find()).toBe(before);
    api.recover();
    await api.rotate();
    runtime.advance(1_000);
    await until(() => source.find() !== before);
  });
});

test('tokens of the JWT source are good for a service that follows the bundle, through a change of the key', async () => {
  const api = await started();
  const source = createJwtSource({ endpoint: api.endpoint });
  const bundles = createBundleSource({ endpoint: api.endpoint });
  onTestFinished(() => source.close());
  onTestFinished(() => bundles.close());
  const audience = 'spiffe://prod.test/inventory';
  const auth = createServiceAuth({
    service: audience,
    audience,
    accept: [accessToken({ profile: 'jwt-svid', trustDomain: 'prod.test', bundle: bundles })],
    audit: memorySink(),
  });
  onTestFinished(() => auth.close());
  await Promise.all([auth.ready(), source.ready()]);
  const requirement = compileRequirement({ caller: orders }, 'GET /stock');
  const outcome = async (): Promise<string> => {
    const { token } = await source.jwtSvid(audience);
    const header = (name: string) => (name === 'authorization' ? [`Bearer ${token.expose()}`] : []);
    const facts = { transport: 'http', method: 'GET', target: '/stock', requestId: '1', header } as const;
    return (await auth.check(facts, requirement)).outcome;
  };
  expect(await outcome()).toBe('allowed');
  const first = await source.jwtSvid(audience);
  await api.rotateAuthority({ overlap: false });
  await until(() => bundles.jwtBundle('prod.test')?.keys.length === 1);
  await until(() => bundles.find('prod.test')?.authorities[0]?.raw.equals(authorityOf(api)) === true);
  source.reject(first);
  expect(await outcome()).toBe('allowed');
});

const authorityOf = ({ authority }: TestWorkloadApi): Buffer => authority.bundle.authorities[0]?.raw ?? Buffer.alloc(0);

test.each(['https_web', 'https_spiffe'] as const)('a bundle endpoint is believed over %s', async (profile) => {
  const authority = await createTestAuthority({ trustDomain: 'partner.test' });
  const running = await startBundleEndpoint({ authority, profile });
  onTestFinished(() => running.close());
  const { url, endpointSpiffeId = '', fetch } = running;
  const place = { trustDomain: 'partner.test', url };
  const source =
    profile === 'https_web'
      ? bundleEndpoint({ ...place, profile, fetch })
      : bundleEndpoint({ ...place, profile, endpointSpiffeId, endpointBundle: authority.bundle });
  onTestFinished(() => source.close());
  await source.ready();
  expect(source.find('partner.test')?.authorities.map(({ raw }) => raw)).toEqual(
    authority.bundle.authorities.map(({ raw }) => raw),
  );
});
