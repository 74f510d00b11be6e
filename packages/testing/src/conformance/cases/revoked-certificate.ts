import assert from 'node:assert/strict';
import { createMemoryRevocationStore, type TrustBundle } from '@countersign/core';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase, ConformanceWorld } from '../world.ts';

const revoked = { status: 401, reason: 'CERTIFICATE_REVOKED', what: 'a revoked certificate' } as const;

/** By the list of the authority. */
async function byList(world: ConformanceWorld): Promise<void> {
  const { orders, web } = world.identities;
  let bundle: TrustBundle = await world.bundleWithList();
  await world.withService({ trustBundle: { find: () => bundle } }, async (service) => {
    assertAllowed(await service.send({ path: '/whoami', identity: orders }), 'under a list that revokes nobody');
    bundle = await world.bundleWithList({ revoked: [orders] });
    assertRefused(await service.send({ path: '/whoami', identity: orders }), revoked);
    assertRefused(await service.send({ path: '/optional', identity: orders }), revoked);
    const token = await world.token();
    assertRefused(await service.send({ path: '/whoami', identity: orders, token }), revoked);
    assertAllowed(await service.send({ path: '/whoami', identity: web }), 'another certificate of the authority');
    bundle = await world.bundleWithList({ lifetimeSeconds: -60 });
    const what = 'a list that is out of date';
    const seen = await service.send({ path: '/whoami', identity: web });
    assertRefused(seen, { status: 503, reason: 'REVOCATION_LIST_UNAVAILABLE', what });
    assert.match(seen.headers['retry-after']?.[0] ?? '', /^\d+$/);
    assert.equal(seen.headers['www-authenticate'], undefined, 'an outage is no challenge');
    assertAllowed(await service.send({ path: '/whoami', token }), 'a token alone, while the list is out of date');
  });
}

/** By an order of the operator. */
async function byOrder(world: ConformanceWorld): Promise<void> {
  const { orders, web } = world.identities;
  const store = createMemoryRevocationStore();
  await world.withService({ certificateRevocation: store }, async (service) => {
    assertAllowed(await service.send({ path: '/whoami', identity: orders }), 'before it is revoked');
    const issuer = 'spiffe://prod.test';
    store.revoke({ kind: 'workload', issuer, value: 'spiffe://prod.test/orders' }, 300_000);
    assertRefused(await service.send({ path: '/whoami', identity: orders }), revoked);
    assertAllowed(await service.send({ path: '/whoami', identity: web }), 'another workload');
  });
  const down = { revokedUntil: () => Promise.reject(new Error('no connection')) };
  await world.withService({ certificateRevocation: down }, async (service) => {
    const seen = await service.send({ path: '/whoami', identity: orders });
    assertRefused(seen, { status: 503, reason: 'REVOCATION_STORE_UNAVAILABLE', what: 'a store that rejects' });
  });
}

export const revokedCertificate: ConformanceCase = {
  id: 'revoked-certificate',
  title: 'a revoked certificate is refused at the next request, and a list that is out of date is 503',
  run: async (world) => {
    await byList(world);
    await byOrder(world);
  },
};
