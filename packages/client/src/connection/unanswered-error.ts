/**
 * Errors of connections on which no byte of an answer ever came. With TLS 1.3 a server judges our certificate after our
 * side of the handshake is done (RFC 8446 §2), so this is how its refusal looks; a broken server looks the same.
 */
import type { TLSSocket } from 'node:tls';

const unanswered = new WeakSet<Error>();

/** Watches a connection that has just been made. */
export function markUnanswered(socket: TLSSocket): void {
  socket.on('error', (error) => {
    // What TLS deciphered; the bytes of the handshake are not among them.
    if (socket.bytesRead === 0) unanswered.add(error);
  });
}

/** Whether the connection that this error ended showed our certificate and never carried an answer. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && unanswered.has(error);
}
