/** Whom a token speaks for: the workload that calls, and the subject it calls for. Made by the profile of the token. */
import type { Outcome } from '../errors/outcome.ts';
import type { Subject } from '../identity/caller.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';

/** The names in a token, in their canonical form. */
export interface TokenIdentity {
  /** Canonical workload id. */
  readonly workload: string;
  /** The issuer, or the SPIFFE trust domain, that vouches for it. */
  readonly trustDomain: string;
  /** The claim that names the workload: `act.sub` of a delegation, or e.g. `client_id`, `azp`, `sub`. */
  readonly callerClaim: string;
  /** The client the token was issued to, as the issuer names it; where the profile knows clients. */
  readonly clientId: string | undefined;
  /** Whom the call is for, when that is not the workload itself. */
  readonly subject?: Subject;
}

/** What names are read from. The signature has verified, and the required texts are there. */
export interface NamedClaims {
  readonly claims: JsonObject;
  readonly record: IssuerRecord;
  /** Outermost first. */
  readonly actors: readonly string[];
}

/** Reads the names. One for each kind of token; never throws. */
export type Identify = (named: NamedClaims) => Outcome<TokenIdentity>;
