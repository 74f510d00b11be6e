/** What an adapter that knows its server does with it at start, in one step. */
import type { Server } from 'node:net';
import type { AdapterSettings } from './adapter-options.ts';
import { hideForwardedHeaders } from './forwarded-headers.ts';
import { guardConnections } from './guard-connections.ts';
import { assertSafeServer } from './server-safety.ts';

/**
 * Refuses an unsafe server. Takes the headers of the proxy off every request that comes through a safe one, and guards
 * its connections when the options have `tls`.
 * @throws {ConfigurationError} with every fault of the server.
 */
export function prepareServer({ auth, tls }: AdapterSettings, server: Server): void {
  assertSafeServer(server);
  hideForwardedHeaders(auth, server);
  if (tls !== undefined) guardConnections(auth, server, tls);
}
