/** How a service is told of client certificates by the proxy in front of it, as options. */
import type { Waiver } from '../errors/waiver.ts';

/**
 * Who the direct peer must be for its headers to count. By address alone is hearsay: it takes a waiver, and callers get the
 * assurance `low`.
 */
export type ProvenHop =
  /** A proxy with a certificate of its own: its workload ids, verified by the same trust bundles. */
  | { readonly caller: string | readonly [string, ...string[]] }
  /** The proxy comes over a Unix socket. Whoever may open its file is the proxy. */
  | { readonly unixSocket: true }
  /** A sidecar: the proxy is on this machine, or in this pod. Every process there is the proxy. */
  | { readonly loopback: true }
  /** The address of the connection is in one of these networks. Never `X-Forwarded-For`. */
  | { readonly cidr: readonly [string, ...string[]]; readonly waiver: Waiver };

interface WithHop {
  readonly from: ProvenHop;
}

/** Envoy and Istio. */
export interface XfccOptions extends WithHop {
  readonly format: 'xfcc';
  /**
   * What the last element must name in `By`: a URI name in the certificate of the proxy that added it. An empty list: it
   * names nobody, because the certificate of the proxy has no URI name. Default: the id of this service, as a sidecar has.
   */
  readonly by?: readonly string[];
  /** Ids of proxies further out. An element about one of them is passed over, for the one that it added itself. */
  readonly through?: readonly [string, ...string[]];
  /** The proxy replaces the header (SANITIZE_SET), so that more elements than expected are refused. */
  readonly replaces?: true;
}

/** Linkerd. */
export interface LinkerdOptions extends WithHop {
  readonly format: 'l5d-client-id';
  /** Name of the cluster in workload ids: `k8s:<cluster>/<namespace>/<service account>`. */
  readonly cluster: string;
  /** Default: `identity.linkerd.cluster.local`. */
  readonly identityDomain?: string;
}

/** Proxies whose operator chooses the headers. */
export interface NamedHeaderOptions extends WithHop {
  readonly format: 'nginx' | 'haproxy' | 'caddy';
  /** Names of the headers, where they are not those of the table in the documentation. */
  readonly headers?: {
    readonly certificate?: string;
    /** Not with `caddy`. */
    readonly verify?: string;
  };
}

/** Formats with fixed headers: RFC 9440, Traefik, AWS load balancers. */
export interface FixedHeaderOptions extends WithHop {
  readonly format: 'client-cert' | 'traefik' | 'aws-alb' | 'aws-alb-passthrough';
}

/** Options of `forwardedCertificate`. */
export type ForwardedCertificateOptions = XfccOptions | LinkerdOptions | NamedHeaderOptions | FixedHeaderOptions;
