/**
 * What targets speak, and the cases that exist in one protocol alone. Nothing else is left out anywhere: a case that
 * stands in no row here runs on every target.
 */

/** By its ALPN name (RFC 7301 §6, RFC 9113 §3.2). */
export type HttpProtocol = 'http/1.1' | 'h2';

/** A case that cannot exist in one of the protocols. */
export interface ProtocolBoundCase {
  /** Id of the case. */
  readonly id: string;
  readonly missingIn: HttpProtocol;
  /** Why it cannot. */
  readonly reason: string;
}

/** All of them. */
export const protocolBoundCases: readonly ProtocolBoundCase[] = [
  {
    id: 'malformed-fields',
    missingIn: 'http/1.1',
    reason: 'pseudo-header fields and the rules for names in a header block are syntax of HTTP/2',
  },
  {
    id: 'smuggled-requests',
    missingIn: 'h2',
    reason: 'the bytes are those of HTTP/1.1; HTTP/2 frames its messages, and Transfer-Encoding is malformed there',
  },
];

/** Whether a case exists in a protocol. */
export function existsIn(id: string, protocol: HttpProtocol): boolean {
  return !protocolBoundCases.some((bound) => bound.id === id && bound.missingIn === protocol);
}
