/** The caller of a request as the proxy in front of this service tells of it, once that proxy was proven. */
import type { PeerCertificate } from './request-facts.ts';

/** The formats, by what writes them. */
export type ForwardedFormat =
  | 'xfcc'
  | 'client-cert'
  | 'nginx'
  | 'haproxy'
  | 'caddy'
  | 'traefik'
  | 'l5d-client-id'
  | 'aws-alb'
  | 'aws-alb-passthrough';

/** A whole certificate: it is verified like that of a connection. Possession of its key is the word of the proxy. */
export interface ForwardedCertificate {
  readonly kind: 'certificate';
  readonly peer: PeerCertificate;
}

/** A name without a certificate: whether it is right is the word of the proxy. */
export interface ForwardedName {
  readonly kind: 'name';
  /** Workload id. */
  readonly id: string;
  /** Who vouches for ids of this kind: the trust domain, or the cluster. */
  readonly trustDomain: string;
  /** SHA-256 of the certificate, lower-case hex, when the proxy tells it. */
  readonly sha256?: string;
}

/** The caller behind a proxy. Frozen. */
export interface ForwardedCaller {
  readonly format: ForwardedFormat;
  /** How the proxy was proven: its id, or `unix-socket`, `loopback`, `address`. */
  readonly hop: string;
  /** The proxy was known by its address alone. */
  readonly isHearsay: boolean;
  /** The place of the element that counted, from the right: 1 is the last. Only `xfcc` can have more than one. */
  readonly element: number;
  readonly shown: ForwardedCertificate | ForwardedName;
}
