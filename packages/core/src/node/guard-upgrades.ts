/**
 * WebSocket handshakes of a server whose upgrade listeners belong to somebody else (Nest's WsAdapter): checked before
 * those see them, and remembered by socket, so that messages can be judged by them.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { maybeCallerOfCarrier } from '../enforcement/admission.ts';
import type { ServiceAuth } from '../enforcement/service-auth.ts';
import { requirementOf, type DeclaredAccess } from '../policy/declared-access.ts';
import { checkUpgrade, policyViolationCloseCode, writeUpgradeDenial } from './check-upgrade.ts';

/** What a handshake at a path must meet. */
export interface DeclaredUpgrade {
  readonly path: unknown;
  readonly access: DeclaredAccess;
}

const handshakes = new WeakMap<object, IncomingMessage>();

/** The request that opened a connection of `ws`, which keeps the socket it came in on, or of socket.io, which tells. */
export function handshakeOf(connection: object): IncomingMessage | undefined {
  const { request, _socket: socket } = connection as { readonly request?: IncomingMessage; readonly _socket?: object };
  return request ?? (socket ? handshakes.get(socket) : undefined);
}

/** Puts the checks in front of the upgrade listeners that are there now. Paths without a check are left to those. */
export function guardUpgrades(server: Server, auth: ServiceAuth, declared: readonly DeclaredUpgrade[]): void {
  const listeners = server.listeners('upgrade');
  if (declared.length === 0 || listeners.length === 0) return;
  const judge = async (request: IncomingMessage, socket: Duplex): Promise<boolean> => {
    // WsAdapter reads the path in the same way, with the host in front: the two must not differ about where a handshake
    // goes, and a target such as `*/../till` takes the rest of its path from the Host header.
    const route = new URL(request.url ?? '', `ws://${request.headers.host}/`).pathname;
    for (const { access } of declared.filter(({ path }) => path === route)) {
      const requirement = requirementOf(access);
      if (requirement === undefined) continue;
      const verdict = await checkUpgrade(auth, request, { requirement, place: { route } });
      if (verdict.outcome !== 'denied') continue;
      writeUpgradeDenial(socket, verdict);
      return false;
    }
    handshakes.set(request.socket, request);
    return true;
  };
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const drop = (): void => void socket.destroy();
    // Node took its own listener off: without one, a reset during the check would end the process.
    socket.on('error', drop);
    const pass = (passed: boolean): void => {
      if (!passed) return;
      socket.off('error', drop);
      for (const listener of listeners) listener.call(server, request, socket, head);
    };
    judge(request, socket).then(pass).catch(drop);
  });
}

/**
 * Closes a connection with 1008 (RFC 6455 §7.4.1) when the caller that opened it no longer stands. `handshake` is the
 * request that opened it.
 */
export function closeExpired(auth: ServiceAuth, handshake: object, connection: { close?(code: number): void }): void {
  const caller = maybeCallerOfCarrier(handshake);
  if (caller !== undefined && !auth.recheck(caller).ok) connection.close?.(policyViolationCloseCode);
}
