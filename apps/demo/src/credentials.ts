/** The credentials of the demo's workloads, as they lie in their files or come from the issuer. */
import { readFileSync } from 'node:fs';
import { clientCredentials, serverTls } from '@countersign/client';
import { clientSecret, Secret, systemClock } from '@countersign/core';
import { audienceOf, type RoleName } from '@countersign/trust-world-app/cast';
import { identityFiles, worldFiles } from '@countersign/trust-world-app/world';
import type { KeyPair } from './call.ts';
import type { RunningWorld } from './running-world.ts';
import type { ScenarioMaterial } from './scenario.ts';

/** A token to ask for. */
export interface WantedToken {
  readonly client: RoleName;
  readonly service: RoleName;
  readonly scope: string;
}

/** The certificate and key of a workload. */
export function keyPairOf({ directory }: RunningWorld, name: RoleName): KeyPair {
  const files = identityFiles(directory, name);
  return { certificatePem: readFileSync(files.certificate, 'utf8'), keyPem: readFileSync(files.key, 'utf8') };
}

/** A fresh token from the issuer, asked for as the workload itself would. */
export async function freshToken(world: RunningWorld, { client, service, scope }: WantedToken): Promise<Secret> {
  const { clientSecret: secretFile } = identityFiles(world.directory, client);
  const source = clientCredentials({
    issuer: world.description.issuer,
    clientAuthentication: clientSecret({
      clientId: client,
      clientSecret: new Secret(readFileSync(secretFile, 'utf8')),
    }),
    scope,
    tls: serverTls({ ca: world.ca }),
  }).bind({ clock: systemClock, audience: audienceOf(service), notify: () => undefined });
  try {
    return (await source.credential({})).token;
  } finally {
    await source.close?.();
  }
}

/** Everything the scenario sends. */
export async function scenarioMaterial(world: RunningWorld): Promise<ScenarioMaterial> {
  const token = async (client: RoleName, service: RoleName, scope: string): Promise<string> =>
    (await freshToken(world, { client, service, scope })).expose();
  const [storefront, gateway, gatewayForOrders, ordersReadOnly, reporting] = await Promise.all([
    token('storefront', 'gateway', 'catalog:read checkout:write'),
    token('gateway', 'inventory', 'inventory:read'),
    token('gateway', 'orders', 'orders:write'),
    token('orders', 'inventory', 'inventory:read'),
    token('reporting', 'inventory', 'inventory:read'),
  ]);
  return {
    origins: world.origins,
    identities: {
      storefront: keyPairOf(world, 'storefront'),
      gateway: keyPairOf(world, 'gateway'),
      orders: keyPairOf(world, 'orders'),
      reporting: keyPairOf(world, 'reporting'),
    },
    tokens: {
      storefront,
      gateway,
      gatewayForOrders,
      ordersReadOnly,
      reporting,
      expired: readFileSync(worldFiles(world.directory).expiredToken, 'utf8'),
    },
  };
}
