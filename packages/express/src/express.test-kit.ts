/** Pieces for tests of the adapter: both majors of Express, real sockets, and what all adapters are tested with. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { onTestFinished } from 'vitest';

export { brokenChecks, namedTokens, world } from '../../core/src/enforcement/adapter.test-kit.ts';
export { startOfTest } from '../../core/src/enforcement/pipeline.test-kit.ts';
export { call, type Sent } from '../../core/src/node/call.test-kit.ts';

/** Both majors of Express. The types of 5 fit what the tests use of 4. */
export const majors: readonly (readonly [string, typeof express])[] = [
  ['Express 5', express],
  ['Express 4', createRequire(import.meta.url)('express4') as typeof express],
];

/** Serves on a loopback port until the test ends. */
export async function serve(handler: RequestListener | Server): Promise<number> {
  const server = typeof handler === 'function' ? createServer(handler) : handler;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
