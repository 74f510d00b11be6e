/** The only door of @countersign/testing: every public name, grouped by purpose. */

// callers without credentials, for the tests of an app
export { createTestAuth } from './test-auth.ts';
export type { TestAuth, TestAuthOptions } from './test-auth.ts';
export { testCaller, withCaller } from './test-caller.ts';
export type { TestCallerOptions } from './test-caller.ts';

// a local world of trust
export { brokenCertificates } from './broken-certificates.ts';
export type { BrokenCertificate, BrokenCertificatesOptions } from './broken-certificates.ts';
export type { CertificateKey, CertificateRequest, KeyUsageName, PurposeName } from './certificate-request.ts';
export { createDpopKey } from './dpop-key.ts';
export type { DpopKey, ProofRequest } from './dpop-key.ts';
export { createTestAuthority } from './test-authority.ts';
export type { ConstrainedNames } from './encode-name-constraints.ts';
export type { RevocationListRequest } from './issue-revocation-list.ts';
export type { IssuingAuthority, TestAuthority, TestAuthorityOptions } from './test-authority.ts';
export { createTestIssuer } from './issuer/test-issuer.ts';
export type { TestIssuer } from './issuer/test-issuer.ts';
export type { CertificateName, TestClient, TestIssuerOptions, TestResource } from './issuer/issuer-options.ts';
export type { ExchangeRule } from './issuer/exchange-policy.ts';
export type { IssuerEndpoint, IssuerOutage } from './issuer/outages.ts';
export type { TokenRequest } from './issuer/token-request-log.ts';
export type { UserTokenRequest } from './issuer/user-token-request.ts';
export type { RawToken, TokenChanges } from './mint-token.ts';
export { createTokenMinter } from './token-minter.ts';
export type { JwksDocument, TokenMinter, TokenMinterOptions } from './token-minter.ts';
export type { SigningKey } from './signing-key.ts';
export { trustingFetch } from './trusting-fetch.ts';
export type { TrustingFetchOptions } from './trusting-fetch.ts';

// a SPIFFE deployment
export { startWorkloadApi } from './spiffe/start-workload-api.ts';
export type { TestWorkloadApi, WorkloadApiOptions } from './spiffe/start-workload-api.ts';
export type { WorkloadApiMethod } from './spiffe/workload-answers.ts';
export type { WorkloadFault } from './spiffe/workload-faults.ts';
export type { FederatedDomain, TestWorkload } from './spiffe/workload-trust.ts';
export { startBundleEndpoint } from './spiffe/start-bundle-endpoint.ts';
export type { BundleEndpointOptions, TestBundleEndpoint } from './spiffe/start-bundle-endpoint.ts';
export { bundleDocument } from './spiffe/bundle-document.ts';
export type { BundleDocumentRequest, SpiffeBundleDocument } from './spiffe/bundle-document.ts';
export { createJwtSvidMinter } from './spiffe/jwt-svid-minter.ts';
export type { JwtSvidMinter, JwtSvidMinterOptions, JwtSvidRequest } from './spiffe/jwt-svid-minter.ts';

// requests by hand
export { rawHttp2Request } from './http2/raw-http2-request.ts';
export type { RawHttp2Request } from './http2/raw-http2-request.ts';
export type { HeaderField } from './http2/header-block.ts';
export { rawRequest } from './raw-request.ts';
export type { PemIdentity, RawAnswer, RawRequest } from './raw-request.ts';

// the conformance suite
export { conformanceCases, describeConformance } from './conformance/suite.ts';
export type { TestRunner } from './conformance/suite.ts';
export type { ConformanceDriver, ConformanceSetup, ConformanceTarget } from './conformance/driver.ts';
export { protocolBoundCases } from './conformance/http-protocol.ts';
export type { HttpProtocol, ProtocolBoundCase } from './conformance/http-protocol.ts';
export { conformanceRoutes, workloads } from './conformance/service.ts';
export type { ConformanceAccess, ConformanceRoute, HandledRequest } from './conformance/service.ts';
export type { OpaqueIssuer, OpaqueTokenRequest } from './conformance/opaque-issuer.ts';
export { startWorld } from './conformance/start-world.ts';
export type { RunningWorld } from './conformance/start-world.ts';
export type {
  ConformanceCase,
  ConformanceWorld,
  Observation,
  RefusedToken,
  ServiceChanges,
  WorldRequest,
} from './conformance/world.ts';
