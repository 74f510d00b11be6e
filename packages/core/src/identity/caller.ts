/**
 * The verified workload that opened a request, and for whom. Made in one place: authentication/combine-identities.
 */
import type { Assurance, Evidence } from './evidence.ts';
import type { ScopeSet } from './scope-set.ts';

/** The principal the request is for, when it is not the caller itself. Often a user. */
export interface Subject {
  /** Who vouches for the name. */
  readonly issuer: string;
  /** The `sub` claim. */
  readonly id: string;
}

/** What one mechanism proved. */
export interface VerifiedIdentity {
  /** Canonical workload id, before aliases. */
  readonly workload: string;
  /** The SPIFFE trust domain, or the token issuer, that vouches for the workload. */
  readonly trustDomain: string;
  readonly subject?: Subject;
  /** Workloads acting for the subject, outermost first, as the token names them. Only the outermost may decide. */
  readonly actors: readonly string[];
  readonly scopes: ScopeSet;
  readonly roles: readonly string[];
  readonly tenant?: string;
  readonly evidence: Evidence;
  /** Epoch milliseconds after which this proof is void. */
  readonly expiresAt: number;
  readonly assurance: Assurance;
}

/** The caller: everything the mechanisms of one request proved, about one workload. Frozen. */
export interface Caller {
  /** Canonical workload id, after aliases: the one to compare. */
  readonly id: string;
  /** Who vouches: the trust domain of the certificate, else the issuer of the token. An alias does not change it. */
  readonly trustDomain: string;
  readonly subject?: Subject;
  readonly actors: readonly string[];
  readonly scopes: ScopeSet;
  readonly roles: readonly string[];
  readonly tenant?: string;
  /** Who vouches for the tenant: the same name at another issuer is another tenant. Present with `tenant`. */
  readonly tenantIssuer?: string;
  /** How it was proven, at least one. */
  readonly evidence: readonly Evidence[];
  /** Epoch milliseconds: the earliest expiry among the evidence. */
  readonly expiresAt: number;
  /** The best assurance among the evidence. */
  readonly assurance: Assurance;
}
