/**
 * Who is at the other end, by X.509-SVID (SPIFFE X509-SVID §5): the leaf of the server, its path to the bundle of its
 * trust domain, and the exact id. Run on every connection after the handshake. It does not believe the TLS layer, and
 * not a host name.
 */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { peerCertificateOf, refuse, verifySvidChain, type Refusal, type TrustBundle } from '@countersign/core';

/** Who is expected. */
export interface ExpectedServer {
  /** SPIFFE ID, compared as a whole. */
  readonly server: string;
  readonly bundle: TrustBundle;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Refuses every peer but the expected one. Never throws. */
export function verifyServer(socket: TLSSocket, { server, bundle, now }: ExpectedServer): Refusal | undefined {
  if (socket.authorized !== true) return refuse('CERTIFICATE_UNTRUSTED', 'tls');
  // A resumed session carries the certificate of an older handshake. None is cached, so none is expected.
  if (socket.isSessionReused()) return refuse('CERTIFICATE_UNTRUSTED', 'tls.session', { expected: 'a full handshake' });
  const peer = peerCertificateOf(socket);
  if (peer === undefined) return refuse('CERTIFICATE_UNTRUSTED', 'tls.certificate', { expected: 'a certificate' });
  return verifyServerChain(peer.chain, { server, bundle, now });
}

/** The same of a chain that a full handshake has shown, leaf first. Never throws. */
export function verifyServerChain(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  { server, bundle, now }: ExpectedServer,
): Refusal | undefined {
  const verified = verifySvidChain(chain, { usage: 'server', trustBundle: bundle, now });
  if (!verified.ok) return verified;
  const { text } = verified.value.spiffeId;
  return text === server ? undefined : refuse('CERTIFICATE_UNTRUSTED', 'server', { expected: server, actual: text });
}
