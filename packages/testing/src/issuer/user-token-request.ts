/**
 * What a test asks `mintUserToken` for. It stands by itself, so that the types of the package do not lead to those of
 * `oidc-provider`, which an application need not have.
 */

/** The token to mint. */
export interface UserTokenRequest {
  /** The user: `sub`. */
  readonly subject: string;
  /** The client that the user logged in with: one of the issuer. */
  readonly clientId: string;
  /** The service it is for: one of the issuer's resources. */
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Default: what the resource says, or `jwt`. */
  readonly format?: 'jwt' | 'opaque';
  /** Default: as other tokens of the issuer. */
  readonly lifetimeSeconds?: number;
  /** Claim `tenant`. */
  readonly tenant?: string;
  /** Claim `acr`: how the user logged in. */
  readonly acr?: string;
  /** Claim `may_act` (RFC 8693 §4.4): the one client that may act for the user. */
  readonly mayAct?: { readonly sub: string; readonly iss?: string };
}
