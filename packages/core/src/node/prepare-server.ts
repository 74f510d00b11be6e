/** What an adapter that knows its server does with it at start, in one step. */
import type { Server } from 'node:net';
import type { AdapterSettings } from './adapter-options.ts';
import { hideForwardedHeaders, withoutForwardedHeaders } from './forwarded-headers.ts';
import { guardConnections } from './guard-connections.ts';
import type { NodeMiddleware } from './resource-metadata.ts';
import { assertSafeServer } from './server-safety.ts';

/**
 * Refuses an unsafe server. Takes the headers of the proxy off every request that comes through a safe one, and guards
 * its connections when the options have `tls`. `use` mounts a middleware: Fastify has servers that it does not show, where
 * a host name has several addresses, and their requests are relieved of these headers there.
 * @throws {ConfigurationError} with every fault of the server.
 */
export function prepareServer(
  { auth, tls }: AdapterSettings,
  server: Server,
  use: (middleware: NodeMiddleware) => unknown,
): void {
  assertSafeServer(server);
  hideForwardedHeaders(auth, server);
  if (auth.forwardedHeaders !== undefined) use(withoutForwardedHeaders(auth));
  if (tls !== undefined) guardConnections(auth, server, tls);
}
