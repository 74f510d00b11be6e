import { type IdentitySource, type X509Identity } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../client.test-kit.ts';
import {
  callerTo,
  generationsOf,
  identityFrom,
  identitySource,
  nameOf,
  ordersId,
  read,
  rotatingWorld as world,
  twoAuthorities,
  until,
} from './rotation.test-kit.ts';

describe('our certificate', () => {
  it('changes under two thousand requests: none fails, and none that starts later shows an older one', async () => {
    const rounds = 10;
    const perRound = 200;
    const workers = 25;
    const { authority, service, identities, inventory } = await world();
    const generations = await generationsOf(authority, rounds);
    const names = generations.map(({ certificate }) => nameOf(certificate));
    const held: (() => void)[] = [];
    service.answer = ({ url }, response) => {
      if (url?.startsWith('/slow') === true) {
        response.write('begun, ');
        held.push(() => response.end('ended'));
      } else setTimeout(() => response.end('{}'), 5);
    };
    identities.turn(generations[0]);
    const slow = read(inventory, '/slow?since=0');
    await until(() => held.length === 1);
    let started = 0;
    const work = async (): Promise<void> => {
      while (started < rounds * perRound) {
        const round = Math.floor(started / perRound);
        // The first call of a round turns the source, while those of the last round are in flight.
        if (started % perRound === 0) identities.turn(generations[round]);
        if (round === 3) held.splice(0).forEach((end) => end());
        started += 1;
        await read(inventory, `/?since=${round}`);
      }
    };
    const answers = await Promise.allSettled(Array.from({ length: workers }, work));
    expect(answers.filter(({ status }) => status !== 'fulfilled')).toEqual([]);
    expect(await slow).toBe('begun, ended');
    expect(service.visits).toHaveLength(rounds * perRound + 1);
    const older = service.visits.filter(({ url, certificate }) => {
      const [, since] = /since=(\d+)/.exec(url) ?? [];
      return names.indexOf(certificate) < Number(since);
    });
    expect(older).toEqual([]);
    expect(service.visits[0]?.certificate).toBe(names[0]);
    expect(new Set(service.visits.map(({ certificate }) => certificate))).toEqual(new Set(names));
  }, 60_000);

  it('is that of the moment of sending, also when it changes in the same turn as the call', async () => {
    const { authority, service, identities, inventory } = await world();
    const generations = await generationsOf(authority, 5);
    await read(inventory);
    for (const generation of generations) {
      const call = read(inventory);
      identities.turn(generation);
      await call;
      expect(service.visits.at(-1)?.certificate).toBe(nameOf(generation.certificate));
    }
  });

  it('is followed without word of the change', async () => {
    const [authority] = await twoAuthorities();
    const { service, bundles } = await world();
    const [first, second] = await generationsOf(authority, 2);
    let now = first;
    const silent: IdentitySource = { find: () => now, watch: () => () => {} };
    const { inventory } = callerTo(service.origin, { identity: silent, trustBundle: bundles.source });
    await read(inventory);
    now = second;
    await read(inventory);
    expect(service.visits.map(({ certificate }) => certificate)).toEqual(
      [first, second].map((one) => nameOf(one?.certificate ?? '')),
    );
  });

  it('changes a thousand times without a connection more than the one in use and the one of the next call', async () => {
    const { authority, service, identities, inventory } = await world();
    const [one, other] = await generationsOf(authority, 2);
    let finish = (): void => {};
    service.answer = (_request, response) => void (finish = () => response.end('late'));
    const slow = read(inventory);
    await until(() => service.visits.length === 1);
    for (let change = 0; change < 500; change += 1) {
      identities.turn(one);
      identities.turn(other);
    }
    expect(service.made).toBe(1);
    service.answer = (_request, response) => void response.end('quick');
    expect(await read(inventory)).toBe('quick');
    expect([service.made, service.visits.at(-1)?.certificate]).toEqual([2, nameOf(other?.certificate ?? '')]);
    finish();
    expect(await slow).toBe('late');
    await until(() => service.open === 1);
  });

  it('closes the idle connections of the old one at once', async () => {
    const { authority, service, identities, inventory } = await world();
    await read(inventory);
    expect(service.open).toBe(1);
    identities.turn((await generationsOf(authority, 1))[0]);
    await until(() => service.open === 0);
  });

  it('keeps its connection while nothing changes, whatever a source reports', async () => {
    const { service, identities, bundles, inventory } = await world();
    for (let call = 0; call < 5; call += 1) {
      for (const { listeners } of [identities, bundles]) for (const listener of listeners) listener();
      await read(inventory);
      // Undici gives a connection back some turns after the last byte.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(service.made).toBe(1);
  });
});

describe('without a certificate', () => {
  const elsewhere = { find: () => undefined, watch: () => () => {} };
  const throwing: IdentitySource = {
    find: () => {
      throw new Error('canary-4711');
    },
    watch: () => () => {},
  };
  const answering = (answer: unknown): IdentitySource => ({ find: () => answer as never, watch: () => () => {} });
  const noPair = async (): Promise<IdentitySource> => {
    const [authority] = await twoAuthorities();
    const [one, other] = await generationsOf(authority, 2);
    const mixed = { ...one, key: other?.key } as X509Identity;
    return { find: () => mixed, watch: () => () => {} };
  };
  const expired = async (): Promise<IdentitySource> => {
    const [authority] = await twoAuthorities();
    const ended = await authority.issue({ id: ordersId, startsInSeconds: -7200, lifetimeSeconds: -3600 });
    return identitySource(identityFrom(ended)).source;
  };

  it.each<readonly [string, () => IdentitySource | Promise<IdentitySource>]>([
    ['there is none', () => elsewhere],
    ['the source answers null', () => answering(null)],
    ['the source answers later', () => answering(Promise.resolve(undefined))],
    ['it has expired', expired],
    ['the source throws', () => throwing],
    ['it does not belong to its key', noPair],
  ])('because %s, nothing is sent and no connection is made', async (_why, make) => {
    const { service, bundles } = await world();
    const { inventory } = callerTo(service.origin, { identity: await make(), trustBundle: bundles.source });
    const fault = await faultOf(inventory.fetch('/', { method: 'POST', body: 'order' }));
    expect(fault).toMatchObject({ code: 'IDENTITY_UNAVAILABLE', requestSent: 'never' });
    expect(String(fault)).not.toContain('canary-4711');
    expect([service.made, service.visits]).toEqual([0, []]);
  });

  it('calls fail from the moment it expires, on open connections too, until there is a new one', async () => {
    const { authority, service, identities, inventory, clock } = await world();
    await read(inventory);
    clock.advance(3_601);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    await until(() => service.open === 0);
    expect(service.visits).toHaveLength(1);
    clock.advance(-3_601);
    identities.turn((await generationsOf(authority, 1))[0]);
    await read(inventory);
    identities.turn(undefined);
    await until(() => service.open === 0);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    expect(service.visits).toHaveLength(2);
  });
});

describe('close', () => {
  it('ends all connections after their requests, and listens to no source any more', async () => {
    const { authority, service, identities, bundles, inventory } = await world();
    const finish: (() => void)[] = [];
    service.answer = (_request, response) => void finish.push(() => response.end('late'));
    const calls = [read(inventory)];
    await until(() => finish.length === 1);
    identities.turn((await generationsOf(authority, 1))[0]);
    calls.push(read(inventory));
    await until(() => finish.length === 2);
    expect([identities.listeners.size, bundles.listeners.size]).toEqual([1, 1]);
    const closing = inventory.close();
    expect([identities.listeners.size, bundles.listeners.size]).toEqual([0, 0]);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CLIENT_CLOSED' });
    finish.forEach((end) => end());
    expect(await Promise.all(calls)).toEqual(['late', 'late']);
    await closing;
    await until(() => service.open === 0);
  });
});
