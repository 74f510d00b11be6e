/** What the test issuer is made of: clients, the services that tokens are for, and who may act for whom, as data. */
import type { Algorithm, Clock, Secret } from '@countersign/core';
import type { JwtSvidMinter } from '../spiffe/jwt-svid-minter.ts';
import type { TestAuthority } from '../test-authority.ts';
import type { ExchangeRule } from './exchange-policy.ts';

/** A name in the certificate of a client: one, compared as it is. */
export type CertificateName = { readonly uri: string } | { readonly dns: string };

/** A client of the issuer. It has exactly one way to prove itself. */
export interface TestClient {
  readonly clientId: string;
  /** Its secret (`client_secret_basic`, `client_secret_post`). */
  readonly clientSecret?: Secret;
  /** The key that its assertions verify under (`private_key_jwt`), with its `alg`. */
  readonly publicJwk?: Readonly<Record<string, unknown>>;
  /** The name in its certificate, which the authority of the issuer has issued (`tls_client_auth`, RFC 8705 §2.1). */
  readonly certificateName?: CertificateName;
  /** PEM of its certificate, whoever issued that (`self_signed_tls_client_auth`, RFC 8705 §2.2). */
  readonly certificatePem?: string;
  /** Its SPIFFE ID: it proves itself with JWT-SVIDs of `jwtSvids` (`spiffe_jwt`, still a draft). */
  readonly spiffeId?: string;
  /** Audiences of the services it is: it may exchange tokens that are for them. Default: `introspects`. */
  readonly audiences?: readonly string[];
  /** Audiences of the services it is: it may ask about their tokens. Default: none. */
  readonly introspects?: readonly string[];
  /** What it may ask for as itself, e.g. `['inventory:read']`. */
  readonly scopes: readonly string[];
  /** Bind its tokens to the certificate it shows at the token endpoint (RFC 8705 §3). Default `false`. */
  readonly certificateBound?: boolean;
  /** Give it no token without a DPoP proof (RFC 9449 §5.2). Default `false`: whoever sends one gets a bound token. */
  readonly dpopBound?: boolean;
}

/** A service that tokens are issued for. */
export interface TestResource {
  /** The `resource` that clients ask for, and the `aud` of the token: an absolute URI. */
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Default `jwt`. */
  readonly tokenFormat?: 'jwt' | 'opaque';
}

/** Options of `createTestIssuer`. */
export interface TestIssuerOptions {
  readonly clients: readonly [TestClient, ...TestClient[]];
  readonly resources: readonly [TestResource, ...TestResource[]];
  /** Who may exchange tokens (RFC 8693), for whom and towards what. Default: nobody. */
  readonly exchange?: readonly ExchangeRule[];
  /** Refuse proofs without a nonce of the issuer (RFC 9449 §8). Default `false`. */
  readonly requireDpopNonce?: boolean;
  /** Who signs the JWT-SVIDs of clients: `createJwtSvidMinter(…)`, or the `jwtSvids` of a Workload API. Default: nobody. */
  readonly jwtSvids?: Pick<JwtSvidMinter, 'bundle'>;
  /** Issues the certificate of the server. Default: one of its own, for `issuer.test`. */
  readonly authority?: TestAuthority;
  /** Default 300. */
  readonly tokenLifetimeSeconds?: number;
  /** Default `ES256`. */
  readonly algorithm?: Algorithm;
  /** Tokens are issued and judged at its time. Default: the clock of the machine. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Default: any free port. */
  readonly port?: number;
}
