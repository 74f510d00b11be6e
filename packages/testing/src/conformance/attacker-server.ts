/** The attacker's own server. Tokens point at it; whoever connects has looked at what nobody should look at. */
import { createServer } from 'node:net';
import { listenOnLoopback } from '../listen-on-loopback.ts';

/** A server that counts. */
export interface AttackerServer {
  readonly origin: string;
  hits(): number;
  close(): Promise<void>;
}

/** Starts it. A connection counts before a byte is read. */
export async function startAttackerServer(): Promise<AttackerServer> {
  let hits = 0;
  const server = createServer((socket) => {
    hits += 1;
    socket.destroy();
  });
  const { port, close } = await listenOnLoopback(server);
  return { origin: `https://127.0.0.1:${port}`, hits: () => hits, close };
}
