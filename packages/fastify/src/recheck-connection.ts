/**
 * Long-lived connections: a caller verified at the handshake can expire while the connection stays open. RFC 6455
 * §7.4.1 names the close code.
 */
import { admissionOf, policyViolationCloseCode, type ServiceAuth } from '@countersign/core';
import type { CallerRequest } from './caller-of.ts';

/** An open connection: the socket of @fastify/websocket. */
export interface OpenConnection {
  close(code: number): void;
}

/**
 * Whether the caller that opened a connection still stands. Call it for each message; when it answers false, the
 * connection was closed with 1008 and the message must not be handled.
 */
export function recheckConnection(auth: ServiceAuth, request: CallerRequest, connection: OpenConnection): boolean {
  const admission = admissionOf(request.raw);
  // A connection let in without a caller (an optional route) has nothing that could expire.
  if (admission !== undefined && (admission.caller === undefined || auth.recheck(admission.caller).ok)) return true;
  connection.close(policyViolationCloseCode);
  return false;
}
