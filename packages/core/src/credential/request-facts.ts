/**
 * One request, as data, with no framework type inside. Adapters make it; the core reads nothing else.
 */
import type { X509Certificate } from 'node:crypto';
import type { ForwardedCaller } from './forwarded-caller.ts';
import type { MessageFacts } from './message-facts.ts';

/** What the TLS layer says of the peer's certificate. It is presented, not believed: see certificate/. */
export interface PeerCertificate {
  /** The certificates of the handshake, leaf first, as far as the TLS layer still knows them. At least the leaf. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  /**
   * Whether OpenSSL's path check passed. Necessary and never sufficient: on Node 20 and 22 it is `true` on a resumed
   * TLS 1.3 session even when the client has no certificate, so the chain above decides whether there is one.
   */
  readonly tlsAuthorized: boolean;
  /** The reason of OpenSSL when it did not pass. */
  readonly tlsError?: string;
}

/** How the request came in. `tls` is a connection by itself, before or beside any request. */
export type Transport = 'http' | 'websocket' | 'grpc' | 'graphql' | 'message' | 'tls';

/** One request. Frozen. */
export interface RequestFacts {
  readonly transport: Transport;
  /** HTTP method in upper case, or the verb of the transport. */
  readonly method: string;
  /** Path and query as received. Never an input to a decision, except to refuse tokens in the query. */
  readonly target: string;
  /** Template of the matched route, e.g. `/stock/:sku`; absent before routing. */
  readonly route?: string;
  /** Every value of a header, one element per field line, for a lower-case name. */
  header(name: string): readonly string[];
  /** There are so many header lines that the server may have dropped some, credentials among them. */
  readonly headersMayBeCut?: true;
  readonly peerCertificate?: PeerCertificate;
  /** Joins the events of one request. Ours, never taken from the wire. */
  readonly requestId: string;
  /** Address of the direct peer. */
  readonly peerAddress?: string;
  /** The direct peer is on this machine, or in this pod: it came from the very address that it came to. */
  readonly isSameHost?: true;
  /** The direct peer came over a Unix socket, so that whoever may open the file is who may call. */
  readonly isUnixSocket?: true;
  /**
   * Header lines in which proxies tell of client certificates, in whatever spelling, name in lower case: taken off the
   * request before the application sees it. Presented by the direct peer, whoever that is.
   */
  readonly forwardedLines?: readonly (readonly [name: string, value: string])[];
  /**
   * The caller behind a proxy. Only where the service trusts a proxy, and after that proxy was proven: adapters never set
   * it, and `peerCertificate` is then absent, because it is that of the proxy.
   */
  readonly forwarded?: ForwardedCaller;
  /** The message, where the request is one. */
  readonly message?: MessageFacts;
}
