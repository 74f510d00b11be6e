import { createPrivateKey, X509Certificate } from 'node:crypto';
import { access } from 'node:fs/promises';
import { ConfigurationError, readSvidLeaf, verifyX509Svid, type TrustBundle } from '@countersign/core';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTestAuthority } from '../test-authority.ts';
import { secured, type Message, type ReadSvid } from './grpc-peer.test-kit.ts';
import { startWorkloadApi } from './start-workload-api.ts';
import { batch, orders, started } from './workload-api.test-kit.ts';

const { status } = grpc;
afterEach(() => {
  vi.unstubAllEnvs();
});

function svidsOf(message: Message | number): readonly ReadSvid[] {
  if (typeof message === 'number') throw new Error(`The stream ended with status ${message}.`);
  return message['svids'] as readonly ReadSvid[];
}

/** What core says of the first certificate. */
function judge({ x509_svid: der }: ReadSvid, bundle: TrustBundle) {
  const certificate = new X509Certificate(der);
  const leaf = readSvidLeaf(certificate, { usage: 'client' });
  return leaf.ok ? verifyX509Svid({ leaf: leaf.value, intermediates: [], bundle, now: Date.now() }) : leaf;
}

function firstFingerprint(message: Message | number): string {
  return new X509Certificate(svidsOf(message)[0]?.x509_svid ?? '').fingerprint256;
}

describe.each(['unix', 'tcp'] as const)('on an endpoint of the kind %s', (endpoint) => {
  test('a client of grpc-js gets every SVID with key, bundle and hint, and they belong together', async () => {
    const { api, peer } = await started({ endpoint });
    const svids = svidsOf(await peer.stream('FetchX509SVID').next());
    expect(svids.map(({ spiffe_id: id, hint }) => [id, hint])).toEqual([
      [orders.id, ''],
      [batch.id, 'internal'],
    ]);
    for (const svid of svids) {
      expect(judge(svid, api.bundle)).toMatchObject({ ok: true, value: { spiffeId: { text: svid.spiffe_id } } });
      const key = createPrivateKey({ key: svid.x509_svid_key, format: 'der', type: 'pkcs8' });
      expect(new X509Certificate(svid.x509_svid).checkPrivateKey(key)).toBe(true);
      expect(new X509Certificate(svid.bundle).raw).toEqual(api.bundle.authorities[0]?.raw);
    }
    expect(api.calls.FetchX509SVID).toBe(1);
    expect(api.openStreams).toBe(1);
  });
});

test.each(['FetchX509SVID', 'FetchX509Bundles', 'FetchJWTBundles'] as const)(
  '%s without the security metadata is refused',
  async (method) => {
    const { api, peer } = await started();
    const forged = new grpc.Metadata();
    forged.set('workload.spiffe.io', 'yes');
    expect(await peer.stream(method, new grpc.Metadata()).next()).toBe(status.INVALID_ARGUMENT);
    expect(await peer.stream(method, forged).next()).toBe(status.INVALID_ARGUMENT);
    expect(await peer.stream(method).next()).toBeTypeOf('object');
    expect(api.calls[method]).toBe(3);
  },
);

test('a method that the fake does not have is unimplemented', async () => {
  const { peer } = await started();
  expect(await peer.stream('FetchWITSVID').next()).toBe(status.UNIMPLEMENTED);
});

describe('a stream is told the whole state again', () => {
  test('after a rotation: the same ids, new certificates of the same authority', async () => {
    const { api, peer } = await started();
    const stream = peer.stream('FetchX509SVID');
    const before = firstFingerprint(await stream.next());
    await api.rotate();
    const [svid] = svidsOf(await stream.next());
    if (svid === undefined) throw new Error('no SVID');
    expect(new X509Certificate(svid.x509_svid).fingerprint256).not.toBe(before);
    expect(judge(svid, api.bundle)).toMatchObject({ ok: true });
  });

  test('after a change of workloads; without any, callers are denied', async () => {
    const { api, peer } = await started();
    const stream = peer.stream('FetchX509SVID');
    await stream.next();
    await api.setWorkloads([batch]);
    expect(svidsOf(await stream.next()).map(({ spiffe_id: id }) => id)).toEqual([batch.id]);
    await api.setWorkloads([]);
    expect(await stream.next()).toBe(status.PERMISSION_DENIED);
    expect(await peer.stream('FetchX509SVID').next()).toBe(status.PERMISSION_DENIED);
    expect(await peer.call('FetchJWTSVID', { audience: ['a'] })).toBe(status.PERMISSION_DENIED);
  });

  test('after a new authority: with overlap both are trusted, without it the new one alone', async () => {
    const { api, peer } = await started();
    const stream = peer.stream('FetchX509SVID');
    await stream.next();
    const first = api.authority;
    await api.rotateAuthority({ overlap: true });
    const [overlapping] = svidsOf(await stream.next());
    if (overlapping === undefined) throw new Error('no SVID');
    expect(api.bundle.authorities).toHaveLength(2);
    expect(overlapping.bundle).toEqual(Buffer.concat(api.bundle.authorities.map(({ raw }) => raw)));
    expect(judge(overlapping, api.bundle)).toMatchObject({ ok: true });
    expect(judge(overlapping, first.bundle)).toMatchObject({ ok: false, reason: 'CERTIFICATE_UNTRUSTED' });
    api.withdrawOldAuthorities();
    expect(svidsOf(await stream.next())[0]?.bundle).toEqual(api.authority.bundle.authorities[0]?.raw);
    await api.rotateAuthority({ overlap: false });
    await stream.next();
    expect(api.bundle.authorities.map(({ raw }) => raw)).toEqual([api.authority.bundle.authorities[0]?.raw]);
    expect(api.jwtSvids.bundle.keys).toHaveLength(1);
  });

  test('a new authority is published before it issues, as SPIRE does it', async () => {
    const { api, peer } = await started();
    const stream = peer.stream('FetchX509SVID');
    const before = svidsOf(await stream.next());
    const first = api.authority;
    const firstKey = api.jwtSvids.signingKey;
    await expect(api.activateAuthority()).rejects.toBeInstanceOf(ConfigurationError);

    await api.publishAuthority();
    const published = svidsOf(await stream.next());
    const [, next] = api.bundle.authorities;
    expect(api.bundle.authorities).toHaveLength(2);
    expect(published[0]?.bundle).toEqual(Buffer.concat(api.bundle.authorities.map(({ raw }) => raw)));
    expect(published.map(({ x509_svid: der }) => der)).toEqual(before.map(({ x509_svid: der }) => der));
    expect([api.authority, api.jwtSvids.signingKey]).toEqual([first, firstKey]);
    expect(api.jwtSvids.bundle.keys).toHaveLength(2);

    await api.activateAuthority();
    const [active] = svidsOf(await stream.next());
    if (active === undefined) throw new Error('no SVID');
    expect(api.authority.bundle.authorities[0]?.raw).toEqual(next?.raw);
    expect(judge(active, api.authority.bundle)).toMatchObject({ ok: true });
    expect(judge(active, first.bundle)).toMatchObject({ ok: false, reason: 'CERTIFICATE_UNTRUSTED' });
    expect(api.jwtSvids.bundle.keys.map(({ kid }) => kid)).toContain(firstKey.keyId);
    expect(api.jwtSvids.signingKey).not.toBe(firstKey);
    expect(api.bundle.authorities).toHaveLength(2);
    await expect(api.activateAuthority()).rejects.toBeInstanceOf(ConfigurationError);
  });

  test('a published authority stays when old ones are withdrawn, and is the next one of a rotation', async () => {
    const { api } = await started();
    await api.publishAuthority();
    await api.publishAuthority();
    api.withdrawOldAuthorities();
    const [, next] = api.bundle.authorities;
    expect(api.bundle.authorities).toHaveLength(2);
    expect(api.jwtSvids.bundle.keys).toHaveLength(2);
    await api.rotateAuthority({ overlap: false });
    expect(api.bundle.authorities.map(({ raw }) => raw)).toEqual([next?.raw]);
    expect(api.jwtSvids.bundle.keys.map(({ kid }) => kid)).toEqual([api.jwtSvids.signingKey.keyId]);
  });

  test('after a change of federation and of revocation lists', async () => {
    const other = await createTestAuthority({ trustDomain: 'partner.test' });
    const { api, peer } = await started();
    const svids = peer.stream('FetchX509SVID');
    const bundles = peer.stream('FetchX509Bundles');
    expect(await svids.next()).toMatchObject({ federated_bundles: {}, crl: [] });
    expect(Object.keys((await bundles.next()) as object)).toEqual(['crl', 'bundles']);
    api.setFederated([other]);
    const der = other.bundle.authorities[0]?.raw;
    expect(await svids.next()).toMatchObject({ federated_bundles: { 'spiffe://partner.test': der } });
    expect(await bundles.next()).toMatchObject({
      bundles: { 'spiffe://prod.test': api.bundle.authorities[0]?.raw, 'spiffe://partner.test': der },
    });
    api.setRevocationLists([Buffer.from('3000', 'hex')]);
    expect(await svids.next()).toMatchObject({ crl: [Buffer.from('3000', 'hex')] });
    expect(await bundles.next()).toMatchObject({ crl: [Buffer.from('3000', 'hex')] });
  });
});

describe('a stream that is open', () => {
  test.each([
    ['deny', status.PERMISSION_DENIED],
    ['unavailable', status.UNAVAILABLE],
    ['endStreams', status.OK],
    ['dropStreams', status.UNAVAILABLE],
    ['down', status.UNAVAILABLE],
  ] as const)('ends by %s with status %i, and comes back', async (control, code) => {
    const { api, peer } = await started();
    const stream = peer.stream('FetchX509SVID');
    await stream.next();
    api[control]();
    const ended = await stream.next();
    // grpc-js calls a connection that broke UNAVAILABLE or CANCELLED, as HTTP/2 told it.
    expect(code === status.UNAVAILABLE ? [code, status.CANCELLED] : [code]).toContain(ended);
    api.recover();
    expect(svidsOf(await peer.stream('FetchX509SVID').next())).toHaveLength(2);
  });

  test.each([
    ['deny', status.PERMISSION_DENIED],
    ['unavailable', status.UNAVAILABLE],
  ] as const)('cannot be opened after %s', async (control, code) => {
    const { api, peer } = await started();
    api[control]();
    expect(await peer.stream('FetchX509SVID').next()).toBe(code);
    expect(await peer.stream('FetchX509Bundles').next()).toBe(code);
    expect(await peer.call('FetchJWTSVID', { audience: ['a'] })).toBe(code);
  });

  test('stays silent while calls hang, and is told the state afterwards', async () => {
    const { api, peer } = await started();
    api.hang();
    const called = api.nextCall('FetchX509SVID');
    const stream = peer.stream('FetchX509SVID');
    await called;
    expect(api.openStreams).toBe(1);
    api.recover();
    expect(svidsOf(await stream.next())).toHaveLength(2);
  });

  test('is counted no more when its caller goes', async () => {
    const { api, peer } = await started();
    const stream = peer.stream('FetchX509SVID');
    await stream.next();
    stream.cancel();
    while (api.openStreams > 0) await new Promise((turn) => setImmediate(turn));
    expect(api.openStreams).toBe(0);
    expect(svidsOf(await peer.stream('FetchX509SVID', secured()).next())).toHaveLength(2);
  });
});

test('certificates are written as a workload asks, and through an intermediate authority', async () => {
  const ended = { ...orders, certificate: { lifetimeSeconds: -60 } };
  const { api, peer } = await started({
    workloads: [ended, batch],
    intermediate: true,
    certificateLifetimeSeconds: 60,
  });
  const [first, second] = svidsOf(await peer.stream('FetchX509SVID').next());
  if (first === undefined || second === undefined) throw new Error('no SVID');
  expect(judge(first, api.bundle)).toMatchObject({ ok: false, reason: 'CERTIFICATE_EXPIRED' });
  const { raw, validTo } = new X509Certificate(second.x509_svid);
  expect(second.x509_svid.length).toBeGreaterThan(raw.length);
  const intermediate = new X509Certificate(second.x509_svid.subarray(raw.length));
  expect(new X509Certificate(raw).checkIssued(intermediate)).toBe(true);
  expect(Date.parse(validTo) - Date.now()).toBeLessThanOrEqual(60_000);
});

test('closing takes the socket away', async () => {
  const api = await startWorkloadApi({ workloads: [orders] });
  const path = api.endpoint.slice('unix://'.length);
  await access(path);
  await api.close();
  await expect(access(path)).rejects.toThrow(/ENOENT/);
});

test.each<[string, object, readonly string[]]>([
  ['no workloads', {}, ['workloads']],
  [
    'ids that are none',
    { workloads: [{ id: 'orders' }, { id: 'spiffe://prod.test' }] },
    ['workloads[0].id', 'workloads[1].id'],
  ],
  ['a misspelt member', { workloads: [{ ...orders, hnit: 'x' }] }, ['workloads[0].hnit']],
  ['another endpoint', { workloads: [], endpoint: 'pipe' }, ['endpoint']],
  ['a life that is no number', { workloads: [], tokenLifetimeSeconds: '5m' }, ['tokenLifetimeSeconds']],
])('it does not start with %s', async (_title, options, faults) => {
  const starting = startWorkloadApi(options as never);
  const error: unknown = await starting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  expect((error as ConfigurationError).faults.map(({ option }) => option)).toEqual(faults);
});

test('it does not start in production', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  await expect(startWorkloadApi({ workloads: [] })).rejects.toThrow(/NODE_ENV/);
});
