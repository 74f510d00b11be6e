/**
 * An authenticator turns presented credentials of its kinds into a verified identity. One interface for every mechanism.
 */
import type { CredentialKind, PresentedCredential } from '../credential/credential.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import type { MaybePromise, Outcome, Refusal } from '../errors/outcome.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Evidence } from '../identity/evidence.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** An authenticator at work inside a service. */
export interface BoundAuthenticator {
  /** Verifies. Returns a refusal for bad input and never throws on it. */
  authenticate(credential: PresentedCredential, facts: RequestFacts): MaybePromise<Outcome<VerifiedIdentity>>;
  /**
   * The request as the caller behind a proven proxy made it, before credentials are taken from it. Where there is no proxy
   * it answers the facts as they are. One authenticator of a service may have this.
   */
  seeThrough?(facts: RequestFacts): MaybePromise<Outcome<RequestFacts>>;
  /** What has become of a proof that it accepted: a refusal, or nothing while it stands. For long-lived connections. */
  recheck?(evidence: Evidence): Refusal | undefined;
  /** Settles when the authenticator can verify: keys fetched, bundle loaded. Rejects when it cannot. */
  ready?(): Promise<void>;
  /** Stops timers and connections. */
  close?(): Promise<void>;
}

/** A mechanism, as written in `accept`. Made by `accessToken(…)`, `clientCertificate(…)` and their like. */
export interface Authenticator {
  /** Shown in events and errors, e.g. `access-token`. */
  readonly name: string;
  /** The kinds of credential it verifies. At least one. */
  readonly credentials: readonly CredentialKind[];
  /** Algorithms that a DPoP proof may be signed with, for the challenge (RFC 9449 §7.1). */
  readonly proofAlgorithms?: readonly string[];
  /** Authorization servers whose tokens it accepts, as far as they are known at start (RFC 9728 §2). */
  readonly authorizationServers?: readonly string[];
  /** Headers by which a proxy may tell of callers, lower case: adapters take them off every request. */
  readonly forwardedHeaders?: readonly string[];
  /** Waivers in its options, by option path. */
  readonly waivers: Readonly<Record<string, Waiver>>;
  /** Connects it to the service: clock, fetch, audience, notices. Called once per service. */
  bind(runtime: Runtime): BoundAuthenticator;
}
