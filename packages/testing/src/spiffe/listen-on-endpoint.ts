/** Starts a server on an endpoint of the SPIFFE Workload Endpoint specification (§4): a UNIX socket, or a loopback port. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenOnLoopback } from '../listen-on-loopback.ts';

/** A server that listens. */
export interface ListeningEndpoint {
  /** `unix:///…` or `tcp://127.0.0.1:…`. */
  readonly endpoint: string;
  /** Ends the connections, then the server, and takes the socket away. */
  readonly close: () => Promise<void>;
}

async function listenOnSocket(server: Server): Promise<ListeningEndpoint> {
  // The path of a socket is limited to about a hundred bytes, so the names are short.
  const folder = await mkdtemp(join(tmpdir(), 'cs-'));
  const path = join(folder, 'api.sock');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    endpoint: `unix://${path}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Listens. */
export async function listenOnEndpoint(server: Server, kind: 'unix' | 'tcp'): Promise<ListeningEndpoint> {
  if (kind === 'unix') return listenOnSocket(server);
  const { port, close } = await listenOnLoopback(server);
  return { endpoint: `tcp://127.0.0.1:${port}`, close };
}
