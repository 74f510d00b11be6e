/**
 * How this service proves who it is to an authorization server (RFC 6749 §2.3, RFC 7662 §2.1). One method that adds
 * the proof to a form request; what stands beside it is optional. The ready-made ones are `privateKeyJwt`,
 * `tlsClientAuth`, `selfSignedTlsClientAuth`, `jwtSvidAssertion` and, as a last resort, `clientSecret`.
 */
import type { MaybePromise } from '../errors/outcome.ts';

/** A form request to an authorization server, before it is sent. */
export interface OutgoingForm {
  /** Where it goes. */
  readonly url: string;
  /** What it asks. A proof may add parameters. */
  readonly body: URLSearchParams;
  /** A proof may add a header. */
  readonly headers: Headers;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The identifier of the authorization server. */
  readonly issuer: string;
}

/** What the operator should know of a proof. Never a credential. */
export interface ClientAuthenticationWarning {
  readonly code: 'CLIENT_SECRET_SHARED' | 'CLIENT_SECRET_OLD' | 'CLIENT_SECRET_UNREADABLE';
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** Proves the client. */
export interface ClientAuthentication {
  /** As the authorization server knows us. Answers that were given to one client are never used for another. */
  readonly clientId: string;
  /** The proof is the certificate that the connection shows (RFC 8705 §2), so there must be one. Default `false`. */
  readonly needsCertificate?: boolean;
  /** Adds the proof. When it throws or rejects, nothing is sent. */
  prove(request: OutgoingForm): MaybePromise<void>;
  /** Told that this issuer refused the last proof. Answers whether the next one may differ; then it is asked for once more. */
  renew?(issuer: string): MaybePromise<boolean>;
  /** What is to be told at start and after each proof; each code is told once for as long as it stays. */
  warnings?(now: number): readonly ClientAuthenticationWarning[];
}
