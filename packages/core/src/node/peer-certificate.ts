/**
 * The certificate of a connection, read once per connection. Whether there is one is decided by the certificate itself:
 * on Node 20 and 22 `socket.authorized` is `true` on a resumed TLS 1.3 session of a client that never had one.
 */
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from '../credential/request-facts.ts';

const seen = new WeakMap<object, PeerCertificate>();
const maximumChain = 10;

/**
 * The intermediates, as far as Node tells: on Node 20 and 22 the first call after a full handshake shows them and takes
 * them away, Node 24 took them already, Node 26 keeps them. So they are read on that first call and kept.
 */
function readChain(leaf: X509Certificate): readonly [X509Certificate, ...X509Certificate[]] {
  const chain: [X509Certificate, ...X509Certificate[]] = [leaf];
  for (
    let next = leaf.issuerCertificate;
    next !== undefined && chain.length < maximumChain;
    next = next.issuerCertificate
  ) {
    const { fingerprint256 } = next;
    if (chain.some((one) => one.fingerprint256 === fingerprint256)) break;
    chain.push(next);
  }
  return chain;
}

/**
 * What the TLS layer says of the peer of a socket; undefined for plain sockets and peers without certificate. The
 * `connection` is what it is remembered by: over HTTP/2 each request has a socket object of its own, so there it is the
 * session.
 */
export function peerCertificateOf(socket: Socket, connection: object = socket): PeerCertificate | undefined {
  const tls = socket as Partial<TLSSocket>;
  if (typeof tls.getPeerX509Certificate !== 'function') return undefined;
  const known = seen.get(connection);
  if (known !== undefined) return known;
  const leaf = tls.getPeerX509Certificate();
  if (leaf === undefined) return undefined;
  const error: unknown = tls.authorizationError;
  const peer: PeerCertificate = Object.freeze({
    chain: Object.freeze(readChain(leaf)),
    tlsAuthorized: tls.authorized === true,
    ...(error instanceof Error && { tlsError: error.message }),
    ...(typeof error === 'string' && { tlsError: error }),
  });
  seen.set(connection, peer);
  return peer;
}
