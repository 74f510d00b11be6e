import { status, type Client } from '@grpc/grpc-js';
import type { ConfigurationError } from '@countersign/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultOf } from '../client.test-kit.ts';
import { find, grpcClient, serveGrpc } from './grpc.test-kit.ts';
import { rotatingGrpcClient, type RotatingGrpcClientOptions } from '../index.ts';
import {
  bundleOf,
  bundleSource,
  generationsOf,
  identitySource,
  inventoryId,
  nameOf,
  twoAuthorities,
  until,
} from '../connection/rotation.test-kit.ts';

const server = inventoryId;

async function world() {
  const [authority] = await twoAuthorities();
  const generations = await generationsOf(authority, 10);
  const identities = identitySource(generations[0]);
  const bundles = bundleSource(bundleOf(authority));
  const service = await serveGrpc(await authority.issue({ id: server }), authority.bundlePem);
  const opened: Client[] = [];
  const inventory = rotatingGrpcClient({
    identity: identities.source,
    trustBundle: bundles.source,
    server,
    open: (certificates) => {
      const made = grpcClient(service.target, certificates);
      opened.push(made);
      return made;
    },
  });
  onTestFinished(() => inventory.close());
  return { generations, identities, bundles, service, opened, inventory };
}

describe('a rotating gRPC client', () => {
  it('shows the certificate of now on every call that starts after a change, and cuts no running call', async () => {
    const { generations, identities, service, inventory } = await world();
    const names = generations.map(({ certificate }) => nameOf(certificate));
    const slow = find(inventory.current(), 'slow');
    await until(() => service.held.length === 1);
    const calls: Promise<string>[] = [];
    for (const [round, generation] of generations.slice(0, 6).entries()) {
      identities.turn(generation);
      for (let call = 0; call < 100; call += 1) calls.push(find(inventory.current(), String(round)));
    }
    expect(await Promise.all(calls)).toHaveLength(600);
    service.held.forEach((answer) => answer());
    expect(await slow).toBe('answer to slow');
    const older = service.calls.filter(({ certificate, text }) => names.indexOf(certificate) < Number(text));
    expect(older).toEqual([]);
    expect(service.calls[0]).toEqual({ certificate: names[0], text: 'slow' });
    expect(service.calls.at(-1)?.certificate).toBe(names[5]);
  });

  it('is one client while nothing changes, and makes none for changes that nobody calls after', async () => {
    const { generations, identities, bundles, opened, inventory } = await world();
    expect(inventory.current()).toBe(inventory.current());
    for (const listener of bundles.listeners) listener();
    expect(inventory.current()).toBe(opened[0]);
    for (const generation of generations) identities.turn(generation);
    expect(opened).toHaveLength(1);
    expect(inventory.current()).toBe(opened[1]);
  });

  it('does not use a connection that was made under a withdrawn authority', async () => {
    const { bundles, service, inventory } = await world();
    const [, after] = await twoAuthorities();
    await find(inventory.current(), 'a');
    bundles.turn(bundleOf(after));
    expect(await faultOf(find(inventory.current(), 'b'))).toMatchObject({ code: status.UNAVAILABLE });
    expect(service.calls.map(({ text }) => text)).toEqual(['a']);
  });

  it('says why there is no client', async () => {
    const { generations, identities, bundles, inventory } = await world();
    identities.turn(undefined);
    expect(() => inventory.current()).toThrow(expect.objectContaining({ code: 'IDENTITY_UNAVAILABLE' }));
    identities.turn(generations[1]);
    bundles.turn(undefined);
    expect(() => inventory.current()).toThrow(expect.objectContaining({ code: 'BUNDLE_UNAVAILABLE' }));
    inventory.close();
    inventory.close();
    expect(() => inventory.current()).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
    expect([identities.listeners.size, bundles.listeners.size]).toEqual([0, 0]);
  });

  it('closes the old ones at once when there are many', async () => {
    const { generations, identities, inventory, opened } = await world();
    const closed: number[] = [];
    for (const [index, generation] of generations.entries()) {
      identities.turn(generation);
      const client = inventory.current();
      const close = client.close.bind(client);
      client.close = () => {
        closed.push(index);
        close();
      };
    }
    expect([opened.length, closed]).toEqual([10, [0]]);
    inventory.close();
    expect(closed).toEqual([0, 9, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('refuses options with faults, all together', () => {
    try {
      rotatingGrpcClient({
        identity: 'a',
        trustBundle: 'b',
        server: 'c',
        opn: 'd',
      } as unknown as RotatingGrpcClientOptions<Client>);
      expect.unreachable();
    } catch (error) {
      const { faults } = error as ConfigurationError;
      expect(faults.map(({ option, code }) => `${option} ${code}`)).toEqual([
        'opn CONFIG_UNKNOWN_OPTION',
        'trustBundle CONFIG_MISSING',
        'server CONFIG_INVALID',
        'identity CONFIG_INVALID',
        'open CONFIG_MISSING',
      ]);
    }
  });
});
