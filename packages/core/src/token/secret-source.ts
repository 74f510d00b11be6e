/**
 * Where a shared secret comes from, so that it can change while the service runs: a file (`secretFile`), or a function
 * that asks a vault.
 */
import type { MaybePromise } from '../errors/outcome.ts';
import type { Secret } from '../errors/secret.ts';

/** A secret, and since when it is the one. */
export interface IssuedSecret {
  readonly secret: Secret;
  /** Epoch milliseconds. Undefined when nobody knows. */
  readonly issuedAt?: number;
}

/** Supplies a shared secret. */
export interface SecretSource {
  /** The secret of now. Throws or rejects when it cannot be had; the last good one then stays. */
  read(): MaybePromise<IssuedSecret>;
  /** What is known at start already. */
  readonly first?: IssuedSecret;
  /** How long an answer is kept, in seconds, unless the server refuses it. Default 60. */
  readonly refreshSeconds?: number;
}
