import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour, startOfTest } from '../../../core/src/certificate/certificate.test-kit.ts';
import { until } from '../fake-runtime.test-kit.ts';
import { domain, entry, field, joined, pkcs8 } from '../workload-api.test-kit.ts';
import { edge, orders, partner, prod, renewed, sent, X509World } from './x509-world.test-kit.ts';

let world: X509World;
beforeEach(async () => {
  world = await X509World.start();
});
afterEach(() => world.close());

describe('the source', () => {
  test('shows the first identity and its bundle, and those of federated domains apart', async () => {
    const made = await world.opened(sent(orders), sent(edge), entry(3, 'spiffe://partner.test', partner.authority.raw));
    expect(made.find()).toMatchObject({ uris: ['spiffe://prod.test/orders'], notAfter: startOfTest + hour });
    expect(made.find()?.certificate.trim()).toBe(orders.certificate.toString().trim());
    expect(made.spiffeId()).toBe('spiffe://prod.test/orders');
    expect(made.list().map(({ trustDomain }) => trustDomain)).toEqual(['prod.test', 'partner.test']);
    expect(made.find('partner.test')?.authorities.map(({ raw }) => raw)).toEqual([partner.authority.raw]);
    expect(made.find('prod.test')?.authorities.map(({ raw }) => raw)).toEqual([prod.authority.raw]);
    expect(made.find('other.test')).toBeUndefined();
    expect(made.find(undefined as never)).toBeUndefined();
    expect(world.api.calls).toEqual([{ method: 'FetchX509SVID', header: 'true' }]);
  });

  test('has nothing before the first message', () => {
    const made = world.open();
    expect([made.find(), made.spiffeId(), made.list()]).toEqual([undefined, undefined, []]);
  });

  test('follows a rotation: a new object, one call back, and nothing when nothing changed', async () => {
    const made = await world.opened(sent(orders));
    const [before, bundle] = [made.find(), made.find('prod.test')];
    let calls = 0;
    const stop = made.watch(() => {
      calls += 1;
    });
    made.watch(() => {
      throw new Error('a listener that throws');
    });
    world.serve(sent(renewed));
    await until(() => made.find() !== before);
    expect(made.find()?.notAfter).toBe(startOfTest + 2 * hour);
    expect(made.find('prod.test')).toBe(bundle);
    expect(calls).toBe(1);
    world.serve(sent(renewed));
    world.serve(sent(renewed), entry(3, 'spiffe://partner.test', partner.authority.raw));
    await until(() => made.list().length === 2);
    expect(calls).toBe(2);
    stop();
    world.serve(sent(orders));
    await until(() => made.list().length === 1);
    expect(calls).toBe(2);
  });

  test('replaces the whole state: a bundle that is not sent again is gone', async () => {
    const made = await world.opened(sent(orders), entry(3, 'spiffe://partner.test', partner.authority.raw));
    world.serve(sent(orders));
    await until(() => made.find('partner.test') === undefined);
    expect(made.find()).toBeDefined();
  });

  test('serves the last identity while the agent is gone, until it expires and no longer', async () => {
    const made = await world.opened(sent(orders));
    await world.api.close();
    await world.told('WORKLOAD_API_DISCONNECTED');
    world.runtime.advance(hour - 1);
    expect(made.find()).toBeDefined();
    let calls = 0;
    made.watch(() => {
      calls += 1;
    });
    world.runtime.advance(1);
    expect(made.find()).toBeDefined();
    world.runtime.advance(1);
    expect(made.find()).toBeUndefined();
    expect(calls).toBe(1);
    expect(world.runtime.codes()).toContain('SVID_EXPIRED');
  });

  test('shows nothing of the key in notices', async () => {
    await world.opened(sent(orders));
    world.serve(sent(orders, { key: Buffer.from('nonsense') }));
    await world.told('WORKLOAD_API_MESSAGE_REFUSED');
    const secret = orders.keyPem.split('\n')[1] ?? '';
    expect(JSON.stringify(world.runtime.notices)).not.toContain(secret);
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
    ['the key of another', [sent(renewed, { key: pkcs8(other) })], 'does not belong to the key'],
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
    const made = await world.opened(sent(orders));
    const before = made.find();
    world.serve(...parts);
    await world.told('WORKLOAD_API_MESSAGE_REFUSED');
    expect(made.find()).toBe(before);
    expect(world.runtime.notices.at(-1)?.facts['problem']).toContain(problem);
    // The stream lives on, and the next good message counts.
    world.serve(sent(renewed));
    await until(() => made.find() !== before);
  });
});

test.each<[string, string, Uint8Array]>([
  ['cannot be read', 'spiffe://partner.test', Buffer.from('nonsense')],
  ['is empty', 'spiffe://partner.test', Buffer.alloc(0)],
  ['is of no trust domain', 'partner.test', partner.authority.raw],
])('a federated bundle that %s is left out, and our own rotation goes on', async (_title, key, bytes) => {
  const made = await world.opened(sent(orders), entry(3, key, bytes));
  expect(made.list().map(({ trustDomain }) => trustDomain)).toEqual(['prod.test']);
  expect(world.runtime.codes()).toContain('TRUST_BUNDLE_REFUSED');
});

test('a federated bundle does not speak for our own trust domain', async () => {
  const made = await world.opened(sent(orders), entry(3, 'spiffe://prod.test', partner.authority.raw));
  expect(made.find('prod.test')?.authorities.map(({ raw }) => raw)).toEqual([prod.authority.raw]);
});
