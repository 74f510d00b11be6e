/** Token profiles, as data: what a kind of token must be called, must carry, and whom it speaks for. */
import type { Algorithm } from '../signature/algorithms.ts';
import { identifyOauthClient } from './identify-oauth-client.ts';
import type { Identify } from './token-identity.ts';

/** A kind of token. */
export interface TokenProfile {
  readonly name: 'at+jwt';
  /** Accepted `typ` values, lower case, with and without the prefix that may be left out (RFC 7515 §4.1.9). */
  readonly types: readonly string[];
  /** Claims that must be texts and not empty. */
  readonly requiredTexts: readonly string[];
  /** Claim that names the caller, unless the issuer record says otherwise. */
  readonly callerClaim: string;
  /** Longest life (exp − iat) unless the issuer record says otherwise, in seconds. */
  readonly maxLifetimeSeconds: number;
  /** Algorithms, unless the issuer record says otherwise. */
  readonly algorithms: readonly Algorithm[];
  readonly identify: Identify;
}

/** JWT access tokens of RFC 9068: `typ` by §2.1, claims by §2.2. */
export const accessTokenProfile: TokenProfile = {
  name: 'at+jwt',
  types: ['at+jwt', 'application/at+jwt'],
  requiredTexts: ['iss', 'sub', 'client_id', 'jti'],
  callerClaim: 'client_id',
  maxLifetimeSeconds: 900,
  algorithms: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
  identify: identifyOauthClient,
};

/** Whether a `typ` header is one of the profile's, written in any case. */
export function isTypeOf(profile: TokenProfile, type: string | undefined): boolean {
  return type !== undefined && profile.types.includes(type.toLowerCase());
}
