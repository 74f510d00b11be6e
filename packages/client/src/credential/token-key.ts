/**
 * The key of a cached token: everything that makes one token different from another. A token for one resource must not
 * reach another (RFC 8707 §2), nor one of a user another user, nor a bearer token stand for a bound one. It is written as
 * JSON, so that no value can reach over into its neighbour.
 */

/** What a token is for, whose it is, and what it is bound to. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the token that it was exchanged for, never the token. */
  readonly subjectTokenHash?: string | undefined;
  /** Who acts for the subject: its id, or the hash of its token. */
  readonly actor?: string | undefined;
  /** The key and the certificate that it is bound to, as `TokenEndpoint.binding()` tells them. */
  readonly binding?: string | undefined;
  readonly tenant?: string | undefined;
}

/** The key. The order of scopes says nothing, so it makes no difference. An absent member differs from an empty one. */
export function tokenKey(identity: TokenIdentity): string {
  const { issuer, clientId, audience, scopes, subjectTokenHash, actor, binding, tenant } = identity;
  return JSON.stringify([
    issuer,
    clientId,
    audience,
    [...new Set(scopes)].toSorted(),
    subjectTokenHash ?? null,
    actor ?? null,
    binding ?? null,
    tenant ?? null,
  ]);
}
