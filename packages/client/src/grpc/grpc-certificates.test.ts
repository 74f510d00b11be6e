import { status } from '@grpc/grpc-js';
import { systemClock } from '@countersign/core';
import { createTestAuthority, type CertificateRequest } from '@countersign/testing';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../client.test-kit.ts';
import { find, grpcClient, serveGrpc } from './grpc.test-kit.ts';
import { grpcCertificates, type GrpcIdentityUpdate } from '../index.ts';
import {
  bundleOf,
  bundleSource,
  generationsOf,
  identityFrom,
  identitySource,
  inventoryId,
  listenToBytes,
  nameOf,
  ordersId,
  twoAuthorities,
  until,
} from '../connection/rotation.test-kit.ts';

const server = inventoryId;

async function world(request: CertificateRequest = { id: server }) {
  const [authority] = await twoAuthorities();
  const [first, second] = await generationsOf(authority, 2);
  const identities = identitySource(first);
  const bundles = bundleSource(bundleOf(authority));
  const options = { identity: identities.source, trustBundle: bundles.source, server };
  const service = await serveGrpc(await authority.issue(request), authority.bundlePem);
  return { authority, first, second, identities, bundles, options, service };
}

describe('a gRPC channel', () => {
  it('shows our certificate to the expected workload, whatever its host name', async () => {
    const { service, options, first } = await world();
    expect(await find(grpcClient(service.target, grpcCertificates(options)), 'a')).toBe('answer to a');
    expect(service.calls).toEqual([{ certificate: nameOf(first?.certificate ?? ''), text: 'a' }]);
  });

  it('takes a server that is certified by an intermediate authority', async () => {
    const [authority] = await twoAuthorities();
    const { options } = await world();
    const intermediate = await authority.issueIntermediate();
    const service = await serveGrpc(await intermediate.issue({ id: server }), authority.bundlePem);
    expect(await find(grpcClient(service.target, grpcCertificates(options)), 'a')).toBe('answer to a');
  });

  it.each<readonly [string, CertificateRequest]>([
    ['is another workload', { id: 'spiffe://prod.test/payments' }],
    ['has the right host name only', { uris: [], dnsNames: ['localhost'] }],
    ['has two ids', { uris: [server, 'spiffe://prod.test/payments'] }],
    ['is a client only', { id: server, extendedKeyUsage: ['clientAuth'] }],
    ['has expired', { id: server, startsInSeconds: -7200, lifetimeSeconds: -3600 }],
  ])('sends no byte to a server that %s', async (_how, request) => {
    const { authority, service, options } = await world(request);
    const fake = await listenToBytes(await authority.issue(request), [authority.bundlePem]);
    for (const target of [service.target, `localhost:${fake.port}`]) {
      const fault = await faultOf(find(grpcClient(target, grpcCertificates(options)), 'secret order'));
      expect(fault).toMatchObject({ code: status.UNAVAILABLE });
    }
    expect([service.calls, Buffer.concat(fake.bytes).toString()]).toEqual([[], '']);
  });

  it('refuses a strange authority of the same trust domain', async () => {
    const { authority, options } = await world();
    const strange = await createTestAuthority({ trustDomain: 'prod.test' });
    const service = await serveGrpc(await strange.issue({ id: server }), authority.bundlePem);
    const fault = await faultOf(find(grpcClient(service.target, grpcCertificates(options)), 'a'));
    expect(fault).toMatchObject({ code: status.UNAVAILABLE });
    expect(service.calls).toEqual([]);
  });

  it('shows the certificate of now on each new connection', async () => {
    const { service, options, identities, second } = await world();
    identities.turn(second);
    await find(grpcClient(service.target, grpcCertificates(options)), 'a');
    expect(service.calls.map(({ certificate }) => certificate)).toEqual([nameOf(second?.certificate ?? '')]);
  });

  it.each(['identity', 'bundle'])(
    'sends nothing without %s, and listens to no source once it is closed',
    async (what) => {
      const { service, options, identities, bundles } = await world();
      const sources = what === 'identity' ? identities : bundles;
      sources.turn(undefined);
      const client = grpcClient(service.target, grpcCertificates(options));
      expect(await faultOf(find(client, 'a'))).toMatchObject({ code: status.UNAVAILABLE });
      expect(service.calls).toEqual([]);
      expect([identities.listeners.size, bundles.listeners.size]).toEqual([1, 1]);
      client.close();
      await until(() => identities.listeners.size + bundles.listeners.size === 0);
    },
  );
});

describe('certificates for gRPC', () => {
  it('are told to each listener: what is there now, each change, and the end of a certificate', async () => {
    const { authority, options, identities, first } = await world();
    const told: (GrpcIdentityUpdate | null)[] = [];
    const authorities: unknown[] = [];
    const certificates = grpcCertificates(options);
    const hear = (update: GrpcIdentityUpdate | null): void => void told.push(update);
    const hearCa = (update: unknown): void => void authorities.push(update);
    certificates.addIdentityCertificateListener(hear);
    certificates.addCaCertificateListener(hearCa);
    await until(() => told.length === 1 && authorities.length === 1);
    expect(told[0]?.certificate.toString()).toBe(first?.certificate);
    expect(told[0]?.privateKey.toString()).toBe(first?.key.expose());
    identities.turn(identityFrom(await authority.issue({ id: ordersId, lifetimeSeconds: 1 })));
    expect(told).toHaveLength(2);
    await until(() => told.length === 3);
    expect(told[2]).toBeNull();
    expect(authorities.every((update) => update !== null)).toBe(true);
    certificates.removeIdentityCertificateListener(hear);
    certificates.removeCaCertificateListener(hearCa);
    expect(identities.listeners.size).toBe(0);
  });

  it('that have ended by the clock are not told', async () => {
    const { options } = await world();
    const told: unknown[] = [];
    const clock = { ...systemClock, now: () => Date.now() + 7_200_000 };
    grpcCertificates({ ...options, clock }).addIdentityCertificateListener((update) => void told.push(update));
    await until(() => told.length === 1);
    expect(told).toEqual([null]);
  });
});
