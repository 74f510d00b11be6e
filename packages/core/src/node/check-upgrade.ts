/**
 * The check for WebSocket handshakes, for `ws`, @fastify/websocket and anything else that hands over the upgrade
 * request. A refused handshake gets the HTTP answer; what is let through is noted of its request, so that each
 * message can be checked again.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { admit } from '../enforcement/admission.ts';
import type { ServiceAuth } from '../enforcement/service-auth.ts';
import type { Denied, Verdict } from '../enforcement/verdict.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import { takeForwardedHeaders } from './forwarded-headers.ts';
import { requestFactsOf, type RequestPlace } from './request-facts-of.ts';

/** Close code of RFC 6455 §7.4.1 for a connection whose caller no longer stands. */
export const policyViolationCloseCode = 1008;

/** What is checked about an upgrade. */
export interface UpgradeCheck {
  readonly requirement: CompiledRequirement;
  readonly place?: RequestPlace;
}

/** Its connection is closed then, and nobody else needs to know. */
const ignore = (): void => {};

/** Checks an upgrade request, and notes the verdict for `callerOf(request)`. */
export async function checkUpgrade(auth: ServiceAuth, request: IncomingMessage, check: UpgradeCheck): Promise<Verdict> {
  // Node takes its error listener away before it hands an upgrade over: a stranger who resets the connection while it
  // is checked would end the process.
  request.socket.on('error', ignore);
  takeForwardedHeaders(auth, request);
  const facts = requestFactsOf(request, { ...check.place, transport: 'websocket' });
  const verdict = await auth.check(facts, check.requirement);
  if (verdict.outcome !== 'denied') admit(request, verdict);
  return verdict;
}

/** Answers a refused upgrade on its raw socket, and closes it. */
export function writeUpgradeDenial(socket: Duplex, { response }: Denied): void {
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`];
  for (const [name, value] of Object.entries(response.headers)) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
  }
  lines.push(`content-length: ${Buffer.byteLength(response.body)}`, 'connection: close', '', response.body);
  socket.on('error', ignore);
  // The server has no time limits for this socket any more, so it is not left to the other side to close it.
  socket.end(lines.join('\r\n'), () => socket.destroy());
}
