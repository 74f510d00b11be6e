/**
 * Options of an issuer, by the profile of its tokens: what a profile needs is required with it, and what it does not
 * know does not compile.
 */
import type { Waiver } from '../errors/waiver.ts';
import type { Algorithm } from '../signature/algorithms.ts';
import type { IntrospectionOptions } from './introspection-options.ts';
import type { JwtBundleSource } from './jwt-bundle-source.ts';

/** A public key as PEM. */
export interface PemKey {
  /** The text from `-----BEGIN PUBLIC KEY-----` to `-----END PUBLIC KEY-----`, and nothing else. */
  readonly key: string;
  /** The `kid` that tokens name. Default: none, so that the key serves tokens without `kid`. */
  readonly keyId?: string;
  /** The one algorithm of the key. Default: those that fit its type. */
  readonly algorithm?: Algorithm;
}

/** A JWKS document. */
export interface KeyDocument {
  readonly keys: readonly object[];
}

/** What every profile knows. */
interface JudgementOptions {
  /** Audience of this issuer's tokens for this service. Default: the `audience` of the service. */
  readonly audience?: string | readonly [string, ...string[]];
  /** Accept tokens with several audiences, ours among them. Default `false`, unless the profile says otherwise. */
  readonly multipleAudiences?: boolean;
  /** Accepted algorithms. Default: those of the profile; with `at+jwt` RS256, PS256, ES256, Ed25519 and EdDSA. */
  readonly algorithms?: readonly [Algorithm, ...Algorithm[]];
  /** Longest accepted life of a token, in seconds. Default: that of the profile; 900 with `at+jwt`. */
  readonly maxLifetimeSeconds?: number;
  /** Tolerated difference of clocks, in seconds. Default 30, at most 300. */
  readonly clockToleranceSeconds?: number;
}

/** An issuer that tokens name in `iss`, and where its keys are. */
interface NamedIssuerOptions extends JudgementOptions {
  /** The issuer identifier, exactly as tokens carry it in `iss`. */
  readonly issuer: string;
  /** Address of the JWKS. Default: the one the issuer's metadata names. */
  readonly jwksUri?: string;
  /** Keys given here instead of fetched: a JWKS document. */
  readonly jwks?: KeyDocument;
  /** Path of a file with a JWKS document. It is read again while it is used, so that keys can be changed. */
  readonly jwksFile?: string;
  /** Keys given here as PEM, one or several. */
  readonly pem?: string | PemKey | readonly [string | PemKey, ...(string | PemKey)[]];
  /** Which metadata document to read: OpenID Connect Discovery (default) or RFC 8414. */
  readonly discovery?: 'openid' | 'oauth';
  /** Other origins that the metadata may name for its JWKS, e.g. `https://keys.example`. */
  readonly jwksOrigins?: readonly string[];
  /** Permits an issuer on plain http, until the waiver ends. */
  readonly allowHttp?: Waiver;
}

/** An authorization server, and the claims of its tokens. */
interface GrantingIssuerOptions extends NamedIssuerOptions {
  /** Claim that names the calling client. Default: that of the profile; `client_id` with `at+jwt`. */
  readonly callerClaim?: string;
  /** Claim that names the tenant. Default: none, so that no claim makes a tenant by accident. */
  readonly tenantClaim?: string;
  /** Claim that lists roles. Default `roles`. */
  readonly rolesClaim?: string;
  /** Ask the issuer about tokens that are no JWT (RFC 7662). Default: such tokens are refused. */
  readonly introspection?: IntrospectionOptions;
}

/** An authorization server that issues access tokens by RFC 9068, or a product whose tokens fall short of it. */
export interface OauthIssuerOptions extends GrantingIssuerOptions {
  /** Default `at+jwt`. The others relax it; see docs/reference/token-profiles.md. */
  readonly profile?: 'at+jwt' | 'keycloak' | 'entra' | 'auth0' | 'okta';
  // Without a profile nothing else tells the records apart: what belongs to another one must not compile here.
  readonly clientIds?: never;
  readonly cluster?: never;
  readonly workload?: never;
  readonly trustDomain?: never;
}

/** An Amazon Cognito user pool. */
export interface CognitoIssuerOptions extends GrantingIssuerOptions {
  readonly profile: 'cognito';
  /** The clients whose tokens are accepted: the tokens name no audience. */
  readonly clientIds: readonly [string, ...string[]];
}

/** The issuer of the service-account tokens of a Kubernetes cluster. */
export interface KubernetesIssuerOptions extends NamedIssuerOptions {
  readonly profile: 'kubernetes';
  /** Name of the cluster in workload ids: `k8s:<cluster>/<namespace>/<account>`. No slash. */
  readonly cluster: string;
}

/** A service that issues tokens about itself. */
export interface ServiceJwtIssuerOptions extends NamedIssuerOptions {
  readonly profile: 'service-jwt';
  /** The one workload this issuer may speak for: its canonical id, which tokens carry in `sub`. */
  readonly workload: string;
}

interface TrustDomainOptions extends JudgementOptions {
  readonly profile: 'jwt-svid';
  /** The trust domain, e.g. `prod.example`. Its record is found by the SPIFFE ID in `sub`. */
  readonly trustDomain: string;
  /** Not asked for: the name of the record follows from the trust domain. */
  readonly issuer?: never;
}

/** A SPIFFE trust domain, with its bundle: a JWKS document whose keys for JWT-SVIDs have the use `jwt-svid`. */
export type JwtSvidIssuerOptions =
  | (TrustDomainOptions & { readonly jwks: KeyDocument; readonly jwksFile?: never; readonly bundle?: never })
  | (TrustDomainOptions & { readonly jwksFile: string; readonly jwks?: never; readonly bundle?: never })
  | (TrustDomainOptions & {
      /** A source that follows the bundle while the service runs, e.g. `createJwtSource()` of `@countersign/spiffe`. */
      readonly bundle: JwtBundleSource;
      readonly jwks?: never;
      readonly jwksFile?: never;
    });

/** Options of one issuer. */
export type IssuerOptions =
  | OauthIssuerOptions
  | CognitoIssuerOptions
  | KubernetesIssuerOptions
  | ServiceJwtIssuerOptions
  | JwtSvidIssuerOptions;

/** Every option of every profile, as they come: not yet checked. */
export interface AnyIssuerOptions
  extends
    Partial<Omit<CognitoIssuerOptions, 'profile'>>,
    Partial<Pick<KubernetesIssuerOptions, 'cluster'>>,
    Partial<Pick<ServiceJwtIssuerOptions, 'workload'>>,
    Partial<Pick<TrustDomainOptions, 'trustDomain'>> {
  readonly profile?: string;
  readonly bundle?: JwtBundleSource;
}
