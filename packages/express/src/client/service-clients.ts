/**
 * The clients of other services, on `app.locals.serviceClients`. Express tells nobody that it ends: whoever closes the
 * server closes them, after it.
 */
import {
  createServiceClients,
  type ServiceClient,
  type ServiceClients,
  type ServiceClientsOptions,
} from '@countersign/client';
import { ConfigurationError } from '@countersign/core';
import type { Application, Request } from 'express';

/**
 * Makes the clients of an application. Call `close()` of the answer once the server has answered its last request.
 * @throws {ConfigurationError} with every fault of every client.
 */
export function serviceClients<Name extends string>(
  app: Application,
  options: ServiceClientsOptions<Name>,
): ServiceClients<Name> {
  const fix = 'call it once, with all clients';
  if (app.locals['serviceClients'] !== undefined) throw fault('has its clients already', fix);
  const group = createServiceClients(options);
  app.locals['serviceClients'] = group.clients;
  return group;
}

/**
 * The client of a service, in a handler. A mounted application finds those of the one it is mounted in.
 * @throws {ConfigurationError} when there is none of that name.
 */
export function serviceClientOf({ app }: Pick<Request, 'app'>, name: string): ServiceClient {
  const known: string[] = [];
  for (let one: Application | undefined = app; one !== undefined; one = parentOf(one)) {
    const clients = one.locals['serviceClients'] as Readonly<Record<string, ServiceClient>> | undefined;
    const found = clients !== undefined && Object.hasOwn(clients, name) ? clients[name] : undefined;
    if (found !== undefined) return found;
    known.push(...Object.keys(clients ?? {}));
  }
  const make = `write serviceClients(app, { ${name}: { … } })`;
  throw fault(`has no client "${name}"`, known.length === 0 ? make : `${make}; there are: ${known.join(', ')}`);
}

function parentOf(app: Application): Application | undefined {
  return (app as { readonly parent?: Application }).parent;
}

function fault(problem: string, fix: string): ConfigurationError {
  return new ConfigurationError('serviceClients', [{ code: 'CONFIG_CONFLICT', option: 'app', problem, fix }]);
}
