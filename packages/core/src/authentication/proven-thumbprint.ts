/**
 * The certificate that a request proved to hold the key of, as `x5t#S256` (RFC 8705 §3.1): that of the connection, or that
 * of the client of a proven proxy. Behind such a proxy the certificate of the connection is the proxy's, and never counts.
 */
import { thumbprintOf } from '../certificate/thumbprint.ts';
import type { RequestFacts } from '../credential/request-facts.ts';

/** The thumbprint; undefined when no key was proven, or the proxy does not tell which. */
export function provenThumbprintOf({ peerCertificate, forwarded }: RequestFacts): string | undefined {
  if (forwarded !== undefined) {
    const { shown } = forwarded;
    if (shown.kind === 'certificate') return thumbprintOf(shown.peer.chain[0]);
    return shown.sha256 === undefined ? undefined : Buffer.from(shown.sha256, 'hex').toString('base64url');
  }
  // It counts only when the TLS layer proved possession.
  return peerCertificate?.tlsAuthorized === true ? thumbprintOf(peerCertificate.chain[0]) : undefined;
}
