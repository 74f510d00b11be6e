/** A real HTTP server on 127.0.0.1, for documents that a well-behaved library would never serve. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The server of one test; it ends with the test. */
export interface LoopbackServer {
  readonly origin: string;
  /** Paths that were asked for. */
  readonly requests: readonly string[];
}

/** Starts a server. */
export async function loopbackServer(listener: RequestListener): Promise<LoopbackServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    // A client that hangs up while we write is part of these tests.
    response.on('error', () => {});
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers 200 with this text. */
export function serves(body: string | Uint8Array, contentType = 'application/json'): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': contentType }).end(body);
  };
}
