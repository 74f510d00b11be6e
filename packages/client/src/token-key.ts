/**
 * The key of a cached token: everything that makes one token different from another (specs of RFC 8707 §2: a token for
 * one resource must not reach another). It is written as JSON, so that no value can reach over into its neighbour.
 */

/** What a token is for. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** The key. The order of scopes says nothing, so it makes no difference. */
export function tokenKey({ issuer, clientId, audience, scopes }: TokenIdentity): string {
  return JSON.stringify([issuer, clientId, audience, [...new Set(scopes)].toSorted()]);
}
