/**
 * Whether a connection came over a Unix socket. Asked of the server, because a socket that was closed has no address
 * either. Remembered by server, because one that is closing has no address any more.
 */
import type { Socket } from 'node:net';

const known = new WeakMap<object, boolean>();

/** Whether it did. In doubt it did not. */
export function isUnixSocket(socket: Socket): boolean {
  const { server } = socket as { readonly server?: { address?(): unknown } };
  if (socket.remoteAddress !== undefined || typeof server !== 'object' || server === null) return false;
  let answer = known.get(server);
  if (answer === undefined) {
    const address = server.address?.();
    if (address === null || address === undefined) return false;
    known.set(server, (answer = typeof address === 'string'));
  }
  return answer;
}
