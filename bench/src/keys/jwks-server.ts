/** A JWKS endpoint on loopback that counts what it is asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A running endpoint. */
export interface JwksServer {
  readonly url: string;
  /** Requests so far. */
  count(): number;
  /** Replaces the keys. */
  publish(keys: readonly object[]): void;
  close(): Promise<void>;
}

export const jwksPath = '/.well-known/jwks.json';
const delayMilliseconds = 20;

/** Starts it. Every answer takes a moment, as from a real issuer. */
export async function startJwksServer(first: readonly object[]): Promise<JwksServer> {
  let keys = first;
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys }));
    }, delayMilliseconds);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${jwksPath}`,
    count: () => requests,
    publish: (next) => {
      keys = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
