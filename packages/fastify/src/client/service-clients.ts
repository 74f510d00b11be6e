/**
 * The clients of other services as a decorator: `app.serviceClients.inventory.fetch(…)`. They are made at registration,
 * and closed when the server has answered its last request.
 */
import { createServiceClients, type ServiceClients, type ServiceClientsOptions } from '@countersign/client';
import { ConfigurationError } from '@countersign/core';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';

/**
 * The clients of the application, by name. Say which there are, once:
 * `declare module '@countersign/fastify/client' { interface ServiceClientRegistry { inventory: ServiceClient } }`.
 */
export interface ServiceClientRegistry {}

declare module 'fastify' {
  interface FastifyInstance {
    /** Clients of other services, by name. */
    readonly serviceClients: Readonly<ServiceClientRegistry>;
  }
}

/** The names that are registered; any, while none is. */
export type RegisteredName = [keyof ServiceClientRegistry] extends [never]
  ? string
  : Extract<keyof ServiceClientRegistry, string>;

/** Options of the plugin. */
export interface ServiceClientsPluginOptions {
  readonly clients: ServiceClientsOptions<RegisteredName>;
}

const made = Symbol.for('countersign.fastify.service-clients');

async function plugin(app: FastifyInstance, { clients }: ServiceClientsPluginOptions): Promise<void> {
  if (app.hasDecorator('serviceClients')) {
    throw fault('is registered twice here', 'register it once, at the root, with all clients');
  }
  const group: ServiceClients = createServiceClients(clients as ServiceClientsOptions);
  app.decorate(made, group);
  app.decorate('serviceClients', group.clients as unknown as Readonly<ServiceClientRegistry>);
  app.addHook('onClose', () => group.close());
}

/**
 * The plugin: `await app.register(serviceClients, { clients: { inventory: { … } } })`.
 * @throws {ConfigurationError} at registration, with every fault of every client.
 */
export const serviceClients: FastifyPluginAsync<ServiceClientsPluginOptions> = Object.assign(plugin, {
  // What fastify-plugin would set: the decorator belongs to the application that registers, not to a child of it.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@countersign/fastify/client',
  [Symbol.for('plugin-meta')]: { name: '@countersign/fastify/client', fastify: '5.x' },
});

/**
 * For readiness probes: whether all clients could call now. Rejects with the `ServiceCallError` of one that could not.
 * @throws {ConfigurationError} when the plugin is not registered: a probe that asks nobody would always be green.
 */
export async function serviceClientsReady(app: FastifyInstance): Promise<void> {
  const group = (app as unknown as { readonly [made]?: ServiceClients })[made];
  if (group === undefined) {
    throw fault('is not registered here', 'write await app.register(serviceClients, { clients }) before');
  }
  await group.ready();
}

function fault(problem: string, fix: string): ConfigurationError {
  return new ConfigurationError('serviceClients', [
    { code: 'CONFIG_CONFLICT', option: 'serviceClients', problem, fix },
  ]);
}
