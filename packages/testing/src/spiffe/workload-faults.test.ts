import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectPeer, type Message, type ReadSvid } from './grpc-peer.test-kit.ts';
import { startWorkloadApi } from './start-workload-api.ts';
import { workloadFaults, type WorkloadFault } from './workload-faults.ts';

const { status } = grpc;
const orders = { id: 'spiffe://prod.test/orders' } as const;

async function broken(kind: WorkloadFault) {
  const api = await startWorkloadApi({ workloads: [orders] });
  onTestFinished(() => api.close());
  api.malformed(kind);
  return { api, peer: connectPeer(api.endpoint) };
}

function belongsTogether({ x509_svid: der, x509_svid_key: key }: ReadSvid): boolean {
  return new X509Certificate(der).checkPrivateKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

const unreadable = (read: () => unknown): boolean => {
  try {
    read();
    return false;
  } catch {
    return true;
  }
};

/** What shows that the one thing is wrong, and by it that the others are right. */
const wrongIn: Partial<Record<WorkloadFault, (svid: ReadSvid) => boolean>> = {
  'missing-id': (svid) => svid.spiffe_id === '' && belongsTogether(svid),
  'missing-certificate': (svid) => svid.x509_svid.length === 0 && svid.x509_svid_key.length > 0,
  'missing-key': (svid) => svid.x509_svid_key.length === 0 && svid.x509_svid.length > 0,
  'missing-bundle': (svid) => svid.bundle.length === 0 && belongsTogether(svid),
  'truncated-certificate': (svid) => unreadable(() => new X509Certificate(svid.x509_svid)),
  'trailing-bytes': (svid) => svid.x509_svid.length === new X509Certificate(svid.x509_svid).raw.length + 2,
  'unreadable-key': (svid) => unreadable(() => belongsTogether(svid)),
  'foreign-key': (svid) => !belongsTogether(svid),
  'foreign-bundle': (svid) =>
    belongsTogether(svid) && !new X509Certificate(svid.x509_svid).verify(new X509Certificate(svid.bundle).publicKey),
  'wrong-id': (svid) => svid.spiffe_id === 'spiffe://prod.test/orders-other' && belongsTogether(svid),
};

/** How grpc-js refuses what is broken below the message. */
const refusedWith: Partial<Record<WorkloadFault, readonly grpc.status[]>> = {
  'not-protobuf': [status.INTERNAL],
  'wrong-wire-type': [status.INTERNAL],
  'truncated-message': [status.OK],
  'oversized-message': [status.RESOURCE_EXHAUSTED],
  'compressed-flag': [status.UNKNOWN],
};

describe.each(Object.keys(workloadFaults) as WorkloadFault[])('a message that is broken by %s', (kind) => {
  test('is what it is called, to a client of grpc-js; afterwards good ones come again', async () => {
    const { api, peer } = await broken(kind);
    const message = await peer.stream('FetchX509SVID').next();
    const codes = refusedWith[kind] ?? [];
    if (typeof message === 'number') expect(codes).toContain(message);
    else if (kind === 'no-svids') expect(message).toMatchObject({ svids: [] });
    else if (kind !== 'invalid-text') {
      const [svid] = message['svids'] as readonly ReadSvid[];
      expect(svid !== undefined && wrongIn[kind]?.(svid)).toBe(true);
    }
    api.recover();
    const [good] = ((await peer.stream('FetchX509SVID').next()) as Message)['svids'] as readonly ReadSvid[];
    expect(good?.spiffe_id).toBe(orders.id);
    expect(good !== undefined && belongsTogether(good)).toBe(true);
  });
});

test.each(['missing-bundle', 'truncated-certificate', 'trailing-bytes'] as const)(
  'bundles are broken by %s, too',
  async (kind) => {
    const { api, peer } = await broken(kind);
    const { bundles } = (await peer.stream('FetchX509Bundles').next()) as { bundles: Record<string, Buffer> };
    expect(bundles['spiffe://prod.test']).toBeDefined();
    expect(bundles['spiffe://prod.test']).not.toEqual(api.bundle.authorities[0]?.raw);
  },
);

test('a stream that is open gets the broken message at once', async () => {
  const api = await startWorkloadApi({ workloads: [orders] });
  onTestFinished(() => api.close());
  const stream = connectPeer(api.endpoint).stream('FetchX509SVID');
  await stream.next();
  api.malformed('missing-key');
  expect(await stream.next()).toMatchObject({ svids: [{ x509_svid_key: Buffer.alloc(0) }] });
  api.recover();
  const [good] = ((await stream.next()) as Message)['svids'] as readonly ReadSvid[];
  expect(good !== undefined && belongsTogether(good)).toBe(true);
});
