/** The only door of @countersign/spiffe: every public name, grouped by purpose. */

// the Workload API
export { endpointVariable, parseEndpoint } from './workload-endpoint.ts';
export type { ParsedEndpoint, WorkloadEndpoint } from './workload-endpoint.ts';
export type { SourceOptions } from './runtime.ts';

// X.509-SVIDs
export { createX509Source } from './x509/create-x509-source.ts';
export type { X509Source, X509SourceOptions } from './x509/create-x509-source.ts';
export type { IdentityChoice, PickIdentity } from './x509/pick-identity.ts';

// JWT-SVIDs
export { createJwtSource } from './jwt/create-jwt-source.ts';
export type { JwtSource, JwtSourceOptions } from './jwt/create-jwt-source.ts';
export { jwtSvid } from './jwt/jwt-svid.ts';
export type { JwtSvidCredential, JwtSvidCredentials, JwtSvidOptions } from './jwt/jwt-svid.ts';
export type { JwtSvid } from './jwt/jwt-svid-answer.ts';

// bundles
export { createBundleSource } from './bundles/create-bundle-source.ts';
export type { BundleKind, BundleSource, BundleSourceOptions } from './bundles/create-bundle-source.ts';
export { joinTrustBundles } from './bundles/join-trust-bundles.ts';
export { bundleEndpoint } from './federation/bundle-endpoint.ts';
export type { BundleEndpoint, BundleEndpointOptions } from './federation/bundle-endpoint.ts';

// what is told
export { SpiffeError } from './spiffe-error.ts';
export { spiffeFaults } from './spiffe-fault.ts';
export type { SpiffeFaultCode, SpiffeFaultRow } from './spiffe-fault.ts';
export type { SpiffeNotice, SpiffeNoticeCode } from './spiffe-notice.ts';
