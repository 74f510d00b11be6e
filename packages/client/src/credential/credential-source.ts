/**
 * Where the credential of a call comes from: one interface for client credentials, a vault, a file; and one for tokens
 * that are exchanged for the subject of a request. A source knows its audience from the client it is bound to, so that
 * it cannot answer a token for another service.
 */
import type { Caller, Clock, DpopProver, MaybePromise, Secret } from '@countersign/core';
import type { ClientNoticeSink } from '../fault/client-notice.ts';

/** A credential to send. One object per issued credential: the client compares them by identity. */
export interface Credential {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: Secret;
  /** Signs the proof beside a token that is bound to a key (RFC 9449). Present with the scheme `DPoP`, and only then. */
  readonly prover?: DpopProver;
  /**
   * Thumbprint (`x5t#S256`, RFC 8705 §3.1) of the certificate that the token is bound to. The client sends it over
   * connections that show this certificate, and over no others.
   */
  readonly certificateThumbprint?: string;
}

/** What a source is told about one call. */
export interface CredentialRequest {
  /**
   * The credential that the service has just refused with 401. A source that has, or can get, another one answers
   * that; otherwise it answers the same again, and the 401 goes to the caller.
   */
  readonly rejected?: Credential;
}

/** A source at work for one client. */
export interface BoundCredentialSource {
  /** The credential, at once when it is at hand. Rejects with `ServiceCallError` when there is none. */
  credential(request: CredentialRequest): MaybePromise<Credential>;
  /** Drops what is kept and stops what runs. */
  close?(): Promise<void>;
}

/** What the client hands to a source. */
export interface ClientRuntime {
  readonly clock: Clock;
  /** The service that credentials are for. */
  readonly audience: string;
  readonly notify: ClientNoticeSink;
}

/** Supplies credentials of this service itself. Made by `clientCredentials(…)` and its like. */
export interface CredentialSource {
  /** Connects it to a client. Called once per client. */
  bind(runtime: ClientRuntime): BoundCredentialSource;
}

/** Whether a value is a source. A function, which has a `bind` too, is none. */
export function isCredentialSource(value: unknown): value is CredentialSource {
  return typeof value === 'object' && typeof (value as Partial<CredentialSource> | null)?.bind === 'function';
}

/** What a source is told about one call for the subject of a request. */
export interface OnBehalfOfRequest extends CredentialRequest {
  /** The verified caller of the request that this service is handling. */
  readonly caller: Caller;
}

/** A source at work for one client, for the subjects of requests. */
export interface BoundOnBehalfOfSource {
  /** The credential for this caller. Rejects with `ServiceCallError` when there is none. */
  credential(request: OnBehalfOfRequest): MaybePromise<Credential>;
  /** Drops what is kept and stops what runs. */
  close?(): Promise<void>;
}

/** Supplies credentials for the subjects of requests. Made by `tokenExchange(…)` and its like. */
export interface OnBehalfOfSource {
  /** Connects it to a client. Called once per client. Its name differs, so that no source stands in the wrong place. */
  bindOnBehalfOf(runtime: ClientRuntime): BoundOnBehalfOfSource;
}
