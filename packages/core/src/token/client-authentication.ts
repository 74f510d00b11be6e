/**
 * How this service proves who it is to an authorization server (RFC 6749 §2.3, RFC 7662 §2.1). One method that adds
 * the proof to a form request; the ready-made ones are `clientSecret` and `privateKeyJwt`.
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

/** Proves the client. */
export interface ClientAuthentication {
  /** As the authorization server knows us. Answers that were given to one client are never used for another. */
  readonly clientId: string;
  /** Adds the proof. When it throws or rejects, nothing is sent. */
  prove(request: OutgoingForm): MaybePromise<void>;
}
