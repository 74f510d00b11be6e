/** Where the keys for JWT-SVIDs come from when they change while the service runs. One method. */
import type { KeyDocument } from './issuer-options.ts';

/** The keys of a trust domain for JWT-SVIDs: a JWKS document (SPIFFE Trust Domain and Bundle §4), and its domain. */
export interface JwtBundle extends KeyDocument {
  /** Name of the trust domain, e.g. `prod.example`. */
  readonly trustDomain: string;
}

/** Finds the bundle of a trust domain. A rotated bundle is a new object. */
export interface JwtBundleSource {
  /** The bundle of now; nothing while there is none. Keys without the use `jwt-svid` in it are somebody else's. */
  jwtBundle(trustDomain: string): JwtBundle | undefined;
  /** Settles when there are bundles; rejects when they cannot be had. */
  ready?(): Promise<void>;
}
