/** What an adapter that knows its server does with it at start, in one step. */
import type { Server } from 'node:net';
import type { ServiceAuth } from '../enforcement/service-auth.ts';
import { hideForwardedHeaders } from './forwarded-headers.ts';
import { assertSafeServer } from './server-safety.ts';

/**
 * Refuses an unsafe server, and takes the headers of the proxy off every request that comes through a safe one.
 * @throws {ConfigurationError} with every fault of the server.
 */
export function prepareServer(auth: ServiceAuth, server: Server): void {
  assertSafeServer(server);
  hideForwardedHeaders(auth, server);
}
