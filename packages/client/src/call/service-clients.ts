/** The clients of one application, by name, with one life. The adapters tie it to that of the framework. */
import { FaultCollector } from '@countersign/core';
import type { ServiceClientOptions } from './service-client-options.ts';
import { createServiceClient, type ServiceClient } from './service-client.ts';

/** Options of the clients, by the name of the service. */
export type ServiceClientsOptions<Name extends string = string> = Readonly<Record<Name, ServiceClientOptions>>;

/** Clients by name. */
export interface ServiceClients<Name extends string = string> {
  readonly clients: Readonly<Record<Name, ServiceClient>>;
  /** Whether all of them could call as this service now. Rejects with the `ServiceCallError` of one that could not. */
  readonly ready: () => Promise<void>;
  /** Closes all of them. Idempotent. */
  readonly close: () => Promise<void>;
}

async function closeAll(clients: readonly ServiceClient[]): Promise<void> {
  const ended = await Promise.allSettled(clients.map((client) => client.close()));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Makes all clients, or none.
 * @throws {ConfigurationError} with every fault of all of them.
 */
export function createServiceClients<Name extends string>(options: ServiceClientsOptions<Name>): ServiceClients<Name> {
  const faults = new FaultCollector('createServiceClients');
  const names = Object.keys(options ?? {}) as Name[];
  if (names.length === 0) {
    faults.add(
      'CONFIG_MISSING',
      'clients',
      'names no client',
      'pass { inventory: { baseUrl, audience, credentials } }',
    );
  }
  const made = names.map((name) => [name, faults.attempt(name, () => createServiceClient(options[name]))] as const);
  const clients = made.flatMap(([, client]) => (client === undefined ? [] : [client]));
  if (faults.any) void closeAll(clients).catch(() => {});
  faults.throwIfAny();
  return Object.freeze<ServiceClients<Name>>({
    clients: Object.freeze(Object.fromEntries(made)) as Readonly<Record<Name, ServiceClient>>,
    ready: async () => {
      await Promise.all(clients.map((client) => client.ready()));
    },
    close: () => closeAll(clients),
  });
}
