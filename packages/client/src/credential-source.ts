/**
 * Where the credential of a call comes from: one interface for client credentials, token exchange, a vault, a file.
 * A source knows its audience from the client it is bound to, so that it cannot answer a token for another service.
 */
import type { Clock, MaybePromise, Secret } from '@countersign/core';
import type { ClientNoticeSink } from './client-notice.ts';

/** A credential to send. One object per issued credential: the client compares them by identity. */
export interface Credential {
  readonly scheme: 'Bearer';
  readonly token: Secret;
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

/** Supplies credentials. Made by `clientCredentials(…)` and its like. */
export interface CredentialSource {
  /** Connects it to a client. Called once per client. */
  bind(runtime: ClientRuntime): BoundCredentialSource;
}
