import { trustBundle, type TrustBundle } from '@countersign/core';
import { createTestAuthority, type TestAuthority } from '@countersign/testing';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../client.test-kit.ts';
import {
  bundleOf,
  callerTo,
  generationsOf,
  inventoryId as server,
  listenToBytes,
  read,
  rotatingWorld as world,
  twoAuthorities,
  until,
} from './rotation.test-kit.ts';

describe('the bundle', () => {
  it('is changed in two steps without a failed call, and the withdrawn authority is refused at once', async () => {
    const [before, after] = await twoAuthorities();
    const { service, bundles, inventory } = await world();
    await read(inventory);
    bundles.turn(bundleOf(before, after));
    await read(inventory);
    service.present(await after.issue({ id: server }));
    await read(inventory);
    bundles.turn(bundleOf(before, after));
    await read(inventory);
    bundles.turn(bundleOf(after));
    await read(inventory);
    expect(service.visits).toHaveLength(5);
    service.present(await before.issue({ id: server }));
    await read(inventory);
    bundles.turn(bundleOf(after));
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED', requestSent: 'never' });
    expect(service.visits).toHaveLength(6);
  });

  it('that is withdrawn takes the open connections with it', async () => {
    const [before, after] = await twoAuthorities();
    const { service, bundles, inventory } = await world();
    bundles.turn(bundleOf(before, after));
    await read(inventory);
    expect(service.open).toBe(1);
    bundles.turn(bundleOf(after));
    await until(() => service.open === 0);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
    expect(service.visits).toHaveLength(1);
  });

  it.each<readonly [string, () => TrustBundle | undefined]>([
    ['is missing', () => undefined],
    ['is null', () => null as never],
    ['comes later', () => Promise.resolve(undefined) as never],
    ['is half a bundle', () => ({ trustDomain: 'prod.test' }) as TrustBundle],
    ['is empty', () => ({ trustDomain: 'prod.test', authorities: [], revocationLists: [] })],
    [
      'cannot be had',
      () => {
        throw new Error('canary-4711');
      },
    ],
  ])('that %s leaves nobody to call', async (_how, find) => {
    const { service, identities } = await world();
    const bundles = { find, list: () => [], watch: () => () => {} };
    const { inventory } = callerTo(service.origin, { identity: identities.source, trustBundle: bundles });
    const fault = await faultOf(inventory.fetch('/', { method: 'POST', body: 'order' }));
    expect(fault).toMatchObject({ code: 'BUNDLE_UNAVAILABLE', requestSent: 'never' });
    expect(String(fault)).not.toContain('canary-4711');
    expect([service.made, service.visits]).toEqual([0, []]);
  });

  it('of another trust domain does not speak for the server, even when a set answers it', async () => {
    const { authority, service, identities } = await world();
    const foreign = trustBundle({ trustDomain: 'other.test', pem: authority.bundlePem });
    const bundles = { find: () => foreign, list: () => [foreign], watch: () => () => {} };
    const { inventory } = callerTo(service.origin, { identity: identities.source, trustBundle: bundles });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
    expect(service.visits).toEqual([]);
  });
});

describe('after a change, the server', () => {
  const impostors: readonly (readonly [string, (authority: TestAuthority) => ReturnType<TestAuthority['issue']>])[] = [
    ['is another workload', (authority) => authority.issue({ id: 'spiffe://prod.test/payments' })],
    [
      'is of another authority',
      async () => (await createTestAuthority({ trustDomain: 'prod.test' })).issue({ id: server }),
    ],
    ['has expired', (authority) => authority.issue({ id: server, startsInSeconds: -7200, lifetimeSeconds: -3600 })],
  ];
  it.each(impostors)('that %s gets no byte', async (_how, issue) => {
    const { authority, service, identities, bundles, inventory } = await world();
    await read(inventory);
    const fake = await listenToBytes(await issue(authority), [authority.bundlePem]);
    const { inventory: misled } = callerTo(fake.origin, { identity: identities.source, trustBundle: bundles.source });
    service.present(await issue(authority));
    identities.turn((await generationsOf(authority, 1))[0]);
    for (const one of [inventory, misled]) {
      const fault = await faultOf(one.fetch('/', { method: 'POST', body: 'secret order' }));
      expect(fault).toMatchObject({ code: 'SERVER_UNTRUSTED', requestSent: 'never' });
    }
    await until(() => fake.handshakes.length > 0);
    expect([service.visits.length, Buffer.concat(fake.bytes).toString()]).toEqual([1, '']);
  });
});
