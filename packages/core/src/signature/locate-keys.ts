/** How a key set learns where it lives, without knowing about issuers and their metadata. */
import type { ConfigurationError } from '../errors/configuration-error.ts';

/** Why there are no keys. A mistake of configuration comes with its error. */
export interface KeysFailure {
  readonly problem: string;
  readonly mistake?: ConfigurationError;
}

/** The address of a JWKS, or why there is none. */
export type LocatedKeys =
  | {
      readonly ok: true;
      readonly url: string;
      /** Epoch milliseconds after which the address must be asked for again, though all went well. */
      readonly until?: number;
    }
  | ({ readonly ok: false } & KeysFailure);

/** Finds the address of a JWKS. Asked again after a failure. Never rejects; the signal ends the search. */
export type LocateKeys = (signal: AbortSignal) => Promise<LocatedKeys>;
