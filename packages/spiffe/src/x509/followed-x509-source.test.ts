import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { status } from '@grpc/grpc-js';
import { hour, startOfTest, type Issued } from '../../../core/src/certificate/certificate.test-kit.ts';
import { fakeRuntime, until, type FakeRuntime } from '../fake-runtime.test-kit.ts';
import {
  denied,
  domain,
  entry,
  field,
  joined,
  socketDirectory,
  startFakeWorkloadApi,
  svidEntry,
  type FakeWorkloadApi,
  type SentSvid,
} from '../workload-api.test-kit.ts';
import { parseEndpoint } from '../workload-endpoint.ts';
import { FollowedX509Source } from './followed-x509-source.ts';
import type { PickIdentity } from './pick-identity.ts';

const prod = domain('prod.test');
const partner = domain('partner.test');
const orders = prod.issue('/orders');
const renewed = prod.issue('/orders', { name: 'renewed', notAfter: startOfTest + 2 * hour });
const edge = prod.issue('/edge');

let api: FakeWorkloadApi;
let runtime: FakeRuntime;
let source: FollowedX509Source | undefined;

beforeEach(async () => {
  api = await startFakeWorkloadApi();
  runtime = fakeRuntime(startOfTest);
});
afterEach(async () => {
  await source?.close();
  source = undefined;
  await api.close();
});

const sent = (leaf: Issued, changes?: SentSvid): Buffer => svidEntry(prod.authority, leaf, changes);

function open(pick?: PickIdentity): FollowedX509Source {
  const endpoint = parseEndpoint(api.endpoint);
  if (!endpoint.ok) throw new Error(endpoint.problem);
  source = new FollowedX509Source({ endpoint: endpoint.value, pick, readyTimeoutSeconds: 30, runtime });
  return source;
}

const serve = (...parts: readonly Buffer[]): void => api.set('FetchX509SVID', joined(...parts));

async function opened(...parts: readonly Buffer[]): Promise<FollowedX509Source> {
  serve(...parts);
  const made = open();
  await made.ready();
  return made;
}

const told = async (code: string): Promise<void> => until(() => runtime.notices.some((one) => one.code === code));

describe('the source', () => {
  test('shows the first identity and its bundle, and those of federated domains apart', async () => {
    const made = await opened(sent(orders), sent(edge), entry(3, 'spiffe://partner.test', partner.authority.raw));
    expect(made.find()).toMatchObject({ uris: ['spiffe://prod.test/orders'], notAfter: startOfTest + hour });
    expect(made.find()?.certificate.trim()).toBe(orders.certificate.toString().trim());
    expect(made.spiffeId()).toBe('spiffe://prod.test/orders');
    expect(made.list().map(({ trustDomain }) => trustDomain)).toEqual(['prod.test', 'partner.test']);
    expect(made.find('partner.test')?.authorities.map(({ raw }) => raw)).toEqual([partner.authority.raw]);
    expect(made.find('prod.test')?.authorities.map(({ raw }) => raw)).toEqual([prod.authority.raw]);
    expect(made.find('other.test')).toBeUndefined();
    expect(made.find(undefined as never)).toBeUndefined();
    expect(api.calls).toEqual([{ method: 'FetchX509SVID', header: 'true' }]);
  });

  test('has nothing before the first message', () => {
    const made = open();
    expect([made.find(), made.spiffeId(), made.list()]).toEqual([undefined, undefined, []]);
  });

  test('follows a rotation: a new object, one call back, and nothing when nothing changed', async () => {
    const made = await opened(sent(orders));
    const [before, bundle] = [made.find(), made.find('prod.test')];
    let calls = 0;
    const stop = made.watch(() => {
      calls += 1;
    });
    made.watch(() => {
      throw new Error('a listener that throws');
    });
    serve(sent(renewed));
    await until(() => made.find() !== before);
    expect(made.find()?.notAfter).toBe(startOfTest + 2 * hour);
    expect(made.find('prod.test')).toBe(bundle);
    expect(calls).toBe(1);
    serve(sent(renewed));
    serve(sent(renewed), entry(3, 'spiffe://partner.test', partner.authority.raw));
    await until(() => made.list().length === 2);
    expect(calls).toBe(2);
    stop();
    serve(sent(orders));
    await until(() => made.list().length === 1);
    expect(calls).toBe(2);
  });

  test('replaces the whole state: a bundle that is not sent again is gone', async () => {
    const made = await opened(sent(orders), entry(3, 'spiffe://partner.test', partner.authority.raw));
    serve(sent(orders));
    await until(() => made.find('partner.test') === undefined);
    expect(made.find()).toBeDefined();
  });

  test('serves the last identity while the agent is gone, until it expires and no longer', async () => {
    const made = await opened(sent(orders));
    await api.close();
    await told('WORKLOAD_API_DISCONNECTED');
    runtime.advance(hour - 1);
    expect(made.find()).toBeDefined();
    let calls = 0;
    made.watch(() => {
      calls += 1;
    });
    runtime.advance(1);
    expect(made.find()).toBeDefined();
    runtime.advance(1);
    expect(made.find()).toBeUndefined();
    expect(calls).toBe(1);
    expect(runtime.codes()).toContain('SVID_EXPIRED');
  });

  test('shows nothing of the key in notices', async () => {
    await opened(sent(orders));
    serve(sent(orders, { key: Buffer.from('nonsense') }));
    await told('WORKLOAD_API_MESSAGE_REFUSED');
    const secret = orders.keyPem.split('\n')[1] ?? '';
    expect(JSON.stringify(runtime.notices)).not.toContain(secret);
  });
});

describe('a message is refused as a whole, and the last good state stays, with', () => {
  const other = prod.issue('/orders', { name: 'another key' });
  const intermediateFree = domain('prod.test').issue('/orders', { issuer: domain('other.test').authority });
  test.each<[string, readonly Buffer[], string]>([
    ['no svids', [], 'has no svids'],
    ['an entry without chain', [sent(renewed, { chain: Buffer.alloc(0) })], 'has an entry without x509_svid'],
    ['an entry without key', [sent(renewed, { key: Buffer.alloc(0) })], 'has an entry without x509_svid_key'],
    ['an entry without bundle', [sent(renewed, { bundle: Buffer.alloc(0) })], 'has an entry without bundle'],
    ['an entry without id', [field(1, joined(field(2, renewed.raw)))], 'has an entry without spiffe_id'],
    [
      'the key of another',
      [sent(renewed, { key: other.keys.privateKey.export({ type: 'pkcs8', format: 'der' }) })],
      'does not belong to the key',
    ],
    ['a key that is none', [sent(renewed, { key: Buffer.from('key') })], 'cannot be read as a private key'],
    ['another id', [sent(renewed, { spiffeId: 'spiffe://prod.test/edge' })], 'of another id than its spiffe_id'],
    [
      'a chain that is cut off',
      [sent(renewed, { chain: renewed.raw.subarray(0, -1) })],
      'is not whole DER certificates',
    ],
    ['a certificate of a stranger', [sent(intermediateFree)], 'fails the check path'],
    ['the bundle of a stranger', [sent(renewed, { bundle: partner.authority.raw })], 'fails the check path'],
    [
      'a bundle that is cut off',
      [sent(renewed, { bundle: prod.authority.raw.subarray(1) })],
      'has a bundle that is not whole DER',
    ],
    ['a workload as authority', [sent(renewed, { bundle: edge.raw })], 'is no CA'],
    [
      'an authority as identity',
      [sent(prod.authority, { spiffeId: 'spiffe://prod.test' })],
      'fails the check certificate.uri',
    ],
    [
      'an expired certificate',
      [sent(prod.issue('/orders', { notAfter: startOfTest - 1 }))],
      'fails the check notAfter',
    ],
    [
      'a good entry before a bad one',
      [sent(renewed), sent(edge, { key: Buffer.from('key') })],
      'cannot be read as a private key',
    ],
    ['bytes that are no message', [Buffer.from([0xff])], 'has a bad tag'],
    [
      'one domain twice',
      [sent(renewed), entry(3, 'spiffe://p.test', ''), entry(3, 'spiffe://p.test', '')],
      'has a map key twice',
    ],
  ])('%s', async (_title, parts, problem) => {
    const made = await opened(sent(orders));
    const before = made.find();
    serve(...parts);
    await told('WORKLOAD_API_MESSAGE_REFUSED');
    expect(made.find()).toBe(before);
    expect(runtime.notices.at(-1)?.facts['problem']).toContain(problem);
    // The stream lives on, and the next good message counts.
    serve(sent(renewed));
    await until(() => made.find() !== before);
  });
});

test.each<[string, string, Uint8Array]>([
  ['cannot be read', 'spiffe://partner.test', Buffer.from('nonsense')],
  ['is empty', 'spiffe://partner.test', Buffer.alloc(0)],
  ['is of no trust domain', 'partner.test', partner.authority.raw],
])('a federated bundle that %s is left out, and our own rotation goes on', async (_title, key, bytes) => {
  const made = await opened(sent(orders), entry(3, key, bytes));
  expect(made.list().map(({ trustDomain }) => trustDomain)).toEqual(['prod.test']);
  expect(runtime.codes()).toContain('TRUST_BUNDLE_REFUSED');
});

test('a federated bundle does not speak for our own trust domain', async () => {
  const made = await opened(sent(orders), entry(3, 'spiffe://prod.test', partner.authority.raw));
  expect(made.find('prod.test')?.authorities.map(({ raw }) => raw)).toEqual([prod.authority.raw]);
});

describe('a picker', () => {
  test('picks by id, and by hint', async () => {
    serve(sent(orders, { hint: 'internal' }), sent(edge, { hint: 'external' }));
    const byHint = open({ hint: 'external' });
    await byHint.ready();
    expect(byHint.spiffeId()).toBe('spiffe://prod.test/edge');
    await byHint.close();
    const byId = open({ spiffeId: 'spiffe://prod.test/edge' });
    await byId.ready();
    expect(byId.spiffeId()).toBe('spiffe://prod.test/edge');
  });

  test('that fits none shows none, and the notice lists the ids and no key', async () => {
    serve(sent(orders, { hint: 'internal' }), sent(edge));
    const made = open({ hint: 'external' });
    const ready = made.ready();
    await told('SVID_PICK_REFUSED');
    expect(made.find()).toBeUndefined();
    expect(runtime.notices.at(-1)?.facts).toEqual({
      problem: 'none has the hint',
      ids: 'spiffe://prod.test/orders (internal), spiffe://prod.test/edge',
    });
    runtime.advance(30_000);
    await expect(ready).rejects.toMatchObject({ code: 'SVID_NOT_PICKED' });
  });

  test('whose identity is withdrawn shows none, and not another one', async () => {
    serve(sent(edge), sent(orders));
    const made = open({ spiffeId: 'spiffe://prod.test/orders' });
    await made.ready();
    serve(sent(edge));
    await told('SVID_PICK_REFUSED');
    expect(made.find()).toBeUndefined();
  });
});

describe('when the Workload API refuses', () => {
  test('with PERMISSION_DENIED the identity is withdrawn, and asked for again with growing pauses', async () => {
    const made = await opened(sent(orders));
    let calls = 0;
    made.watch(() => {
      calls += 1;
    });
    api.set('FetchX509SVID', denied);
    await told('SVID_WITHDRAWN');
    expect(made.find()).toBeUndefined();
    expect(calls).toBe(1);
    expect(runtime.waits()).toContain(1_000);
    runtime.advance(1_000);
    await until(() => runtime.notices.filter(({ code }) => code === 'WORKLOAD_API_DENIED').length === 2);
    expect(runtime.waits()).toContain(2_000);
    serve(sent(orders));
    runtime.advance(2_000);
    await until(() => made.find() !== undefined);
  });

  test('ready() says that no registration entry matches, and where it asked', async () => {
    api.set('FetchX509SVID', denied);
    const ready = open().ready();
    await told('WORKLOAD_API_DENIED');
    runtime.advance(30_000);
    await expect(ready).rejects.toMatchObject({
      code: 'WORKLOAD_API_DENIED',
      message: expect.stringContaining('No registration entry matches'),
      detail: expect.stringContaining(`${api.endpoint}, within 30 s: PERMISSION_DENIED: no identity issued`),
    });
  });

  test.each([
    ['INVALID_ARGUMENT', status.INVALID_ARGUMENT],
    ['UNIMPLEMENTED', status.UNIMPLEMENTED],
  ])('with %s it is not asked again', async (name, code) => {
    api.set('FetchX509SVID', { code, details: 'no' });
    await expect(open().ready()).rejects.toMatchObject({
      code: 'WORKLOAD_API_FAILED',
      detail: expect.stringContaining(name),
    });
    expect(runtime.codes()).toEqual(['WORKLOAD_API_FAILED']);
    expect(runtime.waits()).toEqual([]);
    await expect(source?.ready()).rejects.toMatchObject({ code: 'WORKLOAD_API_FAILED' });
  });

  test('with UNAVAILABLE the last identity stays, and it is asked again', async () => {
    const made = await opened(sent(orders));
    api.set('FetchX509SVID', { code: status.UNAVAILABLE, details: 'busy' });
    await until(() => runtime.notices.filter(({ code }) => code === 'WORKLOAD_API_DISCONNECTED').length === 2);
    expect(made.find()).toBeDefined();
    expect(api.calls).toHaveLength(2);
    serve(sent(renewed));
    runtime.advance(1_000);
    await until(() => made.find()?.notAfter === startOfTest + 2 * hour);
  });
});

describe('a stream', () => {
  test('that ends cleanly is opened again at once, and a second time after a pause', async () => {
    await opened(sent(orders));
    api.end('FetchX509SVID');
    await until(() => api.calls.length === 2 && api.open('FetchX509SVID') === 1);
    await until(() => api.open('FetchX509SVID') === 1);
    runtime.advance(999);
    api.end('FetchX509SVID');
    await until(() => runtime.waits().includes(1_000));
    expect(api.calls).toHaveLength(2);
    runtime.advance(1_000);
    await until(() => api.calls.length === 3);
  });

  test('on which no message comes is given up, and ready() says so', async () => {
    const ready = open().ready();
    await until(() => api.open('FetchX509SVID') === 1);
    runtime.advance(30_000);
    await expect(ready).rejects.toMatchObject({ code: 'WORKLOAD_API_NOT_READY' });
    await told('WORKLOAD_API_DISCONNECTED');
    expect(runtime.notices.at(-1)?.facts).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  });

  test('is not followed after close(), and those who wait hear of it', async () => {
    const made = open();
    const ready = made.ready();
    await until(() => api.open('FetchX509SVID') === 1);
    await made.close();
    await expect(ready).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
    await until(() => api.open('FetchX509SVID') === 0);
    expect(runtime.waits()).toEqual([]);
  });

  test('that was not there at first is found when the agent starts', async () => {
    const directory = await socketDirectory();
    const endpoint = parseEndpoint(`unix://${directory}/api.sock`);
    if (!endpoint.ok) throw new Error(endpoint.problem);
    source = new FollowedX509Source({ endpoint: endpoint.value, pick: undefined, readyTimeoutSeconds: 30, runtime });
    const ready = source.ready();
    await told('WORKLOAD_API_DISCONNECTED');
    expect(runtime.notices[0]?.facts).toMatchObject({ problem: 'the connection failed (ENOENT)', retrySeconds: 1 });
    await api.close();
    api = await startFakeWorkloadApi(directory);
    serve(sent(orders));
    runtime.advance(1_000);
    await ready;
  });
});
