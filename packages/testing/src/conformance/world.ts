/**
 * Everything a conformance case can use: identities, tokens good and bad, a running service, and all that this
 * service told anybody (answers, audit events, notices).
 */
import type {
  AuditEvent,
  AuditSink,
  DpopOptions,
  ForwardedCertificates,
  Notice,
  IssuerOptions,
  IssuerSource,
  Policy,
  Reason,
  RevocationStore,
  ServiceAuthOptions,
  TrustBundle,
  TrustBundleSource,
} from '@countersign/core';
import type { BrokenCertificate } from '../broken-certificates.ts';
import type { CertificateRequest } from '../certificate-request.ts';
import type { RevocationListRequest } from '../issue-revocation-list.ts';
import type { TokenChanges } from '../mint-token.ts';
import type { RawHttp2Request } from '../http2/raw-http2-request.ts';
import type { HttpProtocol } from './http-protocol.ts';
import type { OpaqueIssuer } from './opaque-issuer.ts';
import type { SharedAnswer } from './shared-connection.ts';
import type { PemIdentity, RawAnswer } from '../raw-request.ts';
import type { BytesAnswered, BytesToSend } from '../send-bytes.ts';

/** A token that must be refused, and how. */
export interface RefusedToken {
  readonly name: string;
  readonly token: string;
  /** Reason codes that are right for it. */
  readonly reasons: readonly Reason[];
  /** Status of the refusal. Default 401. */
  readonly status?: 400 | 403;
}

/** A request of a case: the world adds origin and authority. `fields` is for targets that speak HTTP/2. */
export type WorldRequest = Omit<RawHttp2Request, 'url' | 'ca'> & { readonly path: string };

/** What came of a request. */
export interface Observation extends RawAnswer {
  /** The events of this request, oldest first. */
  readonly events: readonly AuditEvent[];
}

/** How a second service differs from the first. */
export interface ServiceChanges {
  readonly policy?: Policy;
  /** The service as an OAuth resource: its driver then serves the metadata. */
  readonly resource?: ServiceAuthOptions['resource'];
  /** Refuse callers that only show a bearer token. */
  readonly senderConstrained?: true;
  /** Where the bundles of client certificates come from. */
  readonly trustBundle?: TrustBundleSource;
  /** Where revocations of tokens are looked up. */
  readonly revocation?: RevocationStore;
  /** Where revocations of certificates are looked up. */
  readonly certificateRevocation?: RevocationStore;
  /** Accept certificates without SPIFFE ID too, of a PKI `corp` with the authority of the world: DNS name to workload. */
  readonly pkiWorkloads?: Readonly<Record<string, string>>;
  /** Accept DPoP proofs: by default for the origin `https://inventory.test`, remembered in memory. */
  readonly dpop?: Partial<DpopOptions>;
  /** A further sink of the service. */
  readonly audit?: AuditSink;
  /** Demand a certificate and a token on one request. */
  readonly demandsBoth?: true;
  /** Further issuers whose tokens the service believes. Their clients `orders` and `orders-bound` are `orders`. */
  readonly issuers?: readonly IssuerOptions[];
  /** Where issuers come from, instead of those of the world. */
  readonly issuerSource?: IssuerSource;
  /** The proxy that may tell of the certificates of its clients. */
  readonly forwarded?: ForwardedCertificates;
  /** Let clients resume TLS sessions, which `createTlsOptions` turns off. */
  readonly resumesSessions?: true;
}

/** The world of one target. */
export interface ConformanceWorld {
  /** What the target speaks. */
  readonly protocol: HttpProtocol;
  /** Certificates of the workloads, issued by the trusted authority. */
  readonly identities: { readonly orders: PemIdentity; readonly web: PemIdentity; readonly proxy: PemIdentity };
  /** A token of the client `orders`, good in every respect, with these changes. */
  token(changes?: TokenChanges): Promise<string>;
  /** A token bound (`cnf`) to a certificate. */
  tokenBoundTo(identity: PemIdentity): Promise<string>;
  /** Issues a certificate by the trusted authority. */
  issue(request: CertificateRequest): Promise<PemIdentity>;
  /** The bundle of the trusted authority, with a revocation list. */
  bundleWithList(request?: RevocationListRequest): Promise<TrustBundle>;
  readonly refusedTokens: () => Promise<readonly RefusedToken[]>;
  readonly refusedCertificates: () => Promise<readonly BrokenCertificate[]>;
  /** Sends a request on a new connection. Events are written before handlers run, so the answer means they are there. */
  send(request: WorldRequest): Promise<Observation>;
  /** Sends requests on one connection: one after the other over HTTP/1.1, all at once over HTTP/2. */
  sendTogether(
    requests: readonly { readonly path: string; readonly token?: string }[],
    identity?: PemIdentity,
  ): Promise<readonly SharedAnswer[]>;
  /** Sends bytes on a connection of their own, to targets that speak HTTP/1.1. */
  sendBytes(what: Omit<BytesToSend, 'port' | 'ca'>): Promise<BytesAnswered>;
  /**
   * Starts a second service that differs in this, for as long as `run` takes. Clock, issuer and identities are shared;
   * events and notices are its own.
   */
  withService(changes: ServiceChanges, run: (world: ConformanceWorld) => Promise<void>): Promise<void>;
  /**
   * Sets the service's wall clock this far off. Forward it is time that passes; backward only the wall clock moves,
   * since the monotonic one never goes back.
   */
  shiftClock(milliseconds: number): void;
  /** From now on the issuer signs with a new key. The old one stays published until it is withdrawn. */
  rotateKeys(): void;
  withdrawOldKeys(): void;
  /** Starts an issuer of opaque tokens. The case closes it. */
  startOpaqueIssuer(): Promise<OpaqueIssuer>;
  /** Lets the issuer fail (no keys to be had) or answer again. */
  issuerIsDown(down: boolean): void;
  /** Connections that the attacker's own server received: must stay 0. */
  attackerHits(): number;
  /** Where that server listens. */
  readonly attackerOrigin: string;
  /** How often a handler of this service has run. */
  handlerRuns(): number;
  /** Everything the service said outside its answers. */
  readonly notices: readonly Notice[];
  readonly events: readonly AuditEvent[];
}

/** One case. It throws when the target does not conform. */
export interface ConformanceCase {
  /** Stable id: the file name. */
  readonly id: string;
  /** A sentence about behaviour. */
  readonly title: string;
  /** Rows of the attack table that this case proves. */
  readonly attacks?: readonly number[];
  run(world: ConformanceWorld): Promise<void>;
}
