/** Pieces for tests of the adapter: real sockets, and what all adapters are tested with. */
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';

export { brokenChecks, namedTokens, world } from '../../core/src/enforcement/adapter.test-kit.ts';
export { startOfTest } from '../../core/src/enforcement/pipeline.test-kit.ts';
export { call, type Sent } from '../../core/src/node/call.test-kit.ts';

/** An application, as far as it is served here. */
interface Servable {
  readonly server: Server;
  listen(options: { port: number; host: string }): Promise<string>;
  close(): PromiseLike<unknown>;
}

/** Serves on a loopback port until the test ends. */
export async function serve(app: Servable): Promise<number> {
  onTestFinished(async () => {
    await app.close();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}
