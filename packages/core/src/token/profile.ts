/** Token profiles, as data: what a kind of token must be called, must carry, and whom it speaks for. */
import type { Refusal } from '../errors/outcome.ts';
import type { Algorithm } from '../signature/algorithms.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';
import type { Identify } from './token-identity.ts';

/** Names of profiles. Public API: additive. */
export type ProfileName =
  | 'at+jwt'
  | 'jwt-svid'
  | 'kubernetes'
  | 'service-jwt'
  | 'keycloak'
  | 'entra'
  | 'auth0'
  | 'okta'
  | 'cognito';

/** A kind of token. */
export interface TokenProfile {
  readonly name: ProfileName;
  /** Accepted `typ` values, lower case, with and without the prefix that may be left out (RFC 7515 §4.1.9). */
  readonly types: readonly string[];
  /** Whether `typ` may be absent. */
  readonly typeOptional?: boolean;
  /** The only members a header may have; any, when this is absent. */
  readonly headerMembers?: readonly string[];
  /** Whether the token must name its key. */
  readonly keyIdRequired?: boolean;
  /** Purpose (`use`) that keys of this profile carry in their document, instead of `sig`. */
  readonly keyUse?: string;
  /** Claims that must be texts and not empty. */
  readonly requiredTexts: readonly string[];
  /** Claims that must be one of these texts. */
  readonly fixedTexts?: Readonly<Record<string, readonly string[]>>;
  /** Claims that another kind of JWT of the same issuer carries: a token that has one is not of this kind. */
  readonly foreignClaims?: readonly string[];
  /** Whether `iat` may be absent. */
  readonly issuedAtOptional?: boolean;
  /** Whether the token may name no audience. The clients it was issued to are then listed in the issuer record. */
  readonly audienceOptional?: boolean;
  /** Whether several audiences are accepted unless the issuer record says otherwise. */
  readonly multipleAudiences?: boolean;
  /** Claims that name the caller, unless the issuer record says otherwise. Those that are present must agree. */
  readonly callerClaims: readonly string[];
  /** Claim with the scopes: one text, or a list of texts. */
  readonly scopeClaim: string;
  /** Whether `sub` names the client in another spelling. */
  readonly isOwnSubject?: (claims: JsonObject, clientId: string) => boolean;
  /**
   * Whether the issuer is an authorization server, whose scopes, roles, tenant, actors and authentication context
   * count. What a workload says about itself, or a platform about its workloads, grants nothing.
   */
  readonly grants: boolean;
  /** Longest life (exp − iat) unless the issuer record says otherwise, in seconds. */
  readonly maxLifetimeSeconds: number;
  /** Algorithms, unless the issuer record says otherwise. */
  readonly algorithms: readonly Algorithm[];
  /** What it relaxes of RFC 9068, in words for the operator. Empty when it is a standard of its own. */
  readonly relaxes: readonly string[];
  /** Rules of this profile alone. Runs after the signature has verified, before the other claims are judged. */
  readonly judge?: (claims: JsonObject, record: IssuerRecord) => Refusal | undefined;
  /** Instant in epoch seconds, before `exp`, after which the token no longer counts. */
  readonly endsEarly?: (claims: JsonObject) => number | undefined;
  readonly identify: Identify;
}

/** Accepted by default with tokens of authorization servers. */
export const oauthAlgorithms: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'];
