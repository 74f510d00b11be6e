/** What an adapter does with its server once, before it listens. */
import type { Server } from 'node:net';
import type { AdapterSettings } from './adapter-options.ts';
import { guardConnections } from './guard-connections.ts';
import { assertSafeServer } from './server-safety.ts';

/**
 * Refuses an unsafe server, and guards its connections when the options have `tls`.
 * @throws {ConfigurationError} with every fault.
 */
export function guardServer(server: object, { auth, tls }: AdapterSettings): void {
  assertSafeServer(server);
  if (tls !== undefined) guardConnections(auth, server as Server, tls);
}
