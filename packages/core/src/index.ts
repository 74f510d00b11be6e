/**
 * The only door of @countersign/core: every public name, grouped by folder, in the order of the layers.
 */

// errors
export { ConfigurationError, FaultCollector } from './errors/configuration-error.ts';
export type { ConfigurationCode, ConfigurationFault } from './errors/configuration-error.ts';
export { accept, refuse } from './errors/outcome.ts';
export { whenKnown } from './errors/when-known.ts';
export type { Accepted, MaybePromise, Outcome, Refusal, RefusalDetail } from './errors/outcome.ts';
export { reasonRow, reasons } from './errors/reason.ts';
export type { OAuthError, Reason, ReasonOwner, ReasonRow } from './errors/reason.ts';
export { Secret } from './errors/secret.ts';
export { checkWaiver, isWaiverInForce } from './errors/waiver.ts';
export type { Waiver } from './errors/waiver.ts';

// runtime
export { createChangeListeners } from './runtime/change-listeners.ts';
export { systemClock } from './runtime/clock.ts';
export type { Clock } from './runtime/clock.ts';
export type { Logger } from './runtime/logger.ts';
export type { Notice, NoticeCode, NoticeSink } from './runtime/notice.ts';
export type { Fetch, Runtime } from './runtime/runtime.ts';
export { safeText } from './runtime/safe-text.ts';
export { coreVersion } from './runtime/version.ts';

// identity
export type { Caller, Subject, VerifiedIdentity } from './identity/caller.ts';
export type {
  AccessTokenEvidence,
  Assurance,
  ClientCertificateEvidence,
  Evidence,
  ForwardedCertificateEvidence,
} from './identity/evidence.ts';
export { parseScopes } from './identity/scope-set.ts';
export type { ScopeSet } from './identity/scope-set.ts';
export { parseSpiffeId } from './identity/spiffe-id.ts';
export type { SpiffeId } from './identity/spiffe-id.ts';
export { isWorkloadId, oauthWorkloadId } from './identity/workload-id.ts';

// store
export { createMemoryReplayStore } from './store/memory-replay-store.ts';
export type { MemoryReplayStore, MemoryReplayStoreOptions } from './store/memory-replay-store.ts';
export { createMemoryRevocationStore } from './store/memory-revocation-store.ts';
export type { MemoryRevocationStore, MemoryRevocationStoreOptions } from './store/memory-revocation-store.ts';
export type { ReplayStore } from './store/replay-store.ts';
export { checkRevocationOrder } from './store/revocation-order.ts';
export { revocationName } from './store/revocation-store.ts';
export type {
  CertificateRevocationKind,
  Revocation,
  RevocationKind,
  RevocationStore,
  TokenRevocationKind,
} from './store/revocation-store.ts';

// signature
export { algorithmNames } from './signature/algorithms.ts';
export type { Algorithm } from './signature/algorithms.ts';
export { jwkThumbprint } from './signature/jwk-thumbprint.ts';
export { parseJws } from './signature/jws.ts';
export type { ParsedJws } from './signature/jws.ts';
export { parseStrictJson } from './signature/strict-json.ts';
export type { JsonObject, JsonValue, StrictJson } from './signature/strict-json.ts';

// credential
export { parseAuthorizationHeader } from './credential/authorization-header.ts';
export type { PresentedToken, TokenScheme } from './credential/authorization-header.ts';
export type {
  BearerToken,
  CredentialKind,
  DpopToken,
  PresentedCertificate,
  PresentedCredential,
  PresentedForwardedCertificate,
} from './credential/credential.ts';
export type {
  ForwardedCaller,
  ForwardedCertificate,
  ForwardedFormat,
  ForwardedName,
} from './credential/forwarded-caller.ts';
export { parseBase64Certificate } from './credential/forwarded/base64-der.ts';
export type { CertificateChain } from './credential/forwarded/certificate-bytes.ts';
export { parseClientCert, parseClientCertChain } from './credential/forwarded/client-cert.ts';
export { parseEncodedPem } from './credential/forwarded/encoded-pem.ts';
export { parseLinkerdClientId } from './credential/forwarded/linkerd-client-id.ts';
export type { LinkerdClientId } from './credential/forwarded/linkerd-client-id.ts';
export { parseXfcc } from './credential/forwarded/parse-xfcc.ts';
export { parseTraefikCert } from './credential/forwarded/traefik-cert.ts';
export type { XfccElement } from './credential/forwarded/xfcc-element.ts';
export type { PeerCertificate, RequestFacts, Transport } from './credential/request-facts.ts';

// token
export type { TokenCacheLimits } from './token/token-cache.ts';
export type { TokenCacheOptions } from './token/token-cache-options.ts';
export type { Confirmation } from './token/confirmation.ts';
export type { DpopNonceOptions } from './token/dpop-nonces.ts';
export type { DpopOptions } from './token/dpop-options.ts';
export { verifyDpopProof } from './token/dpop-proof.ts';
export type { DpopExpectations, DpopProof } from './token/dpop-proof.ts';
export type { ClientAuthentication, OutgoingForm } from './token/client-authentication.ts';
export { clientSecret } from './token/client-secret.ts';
export type { ClientSecretOptions } from './token/client-secret.ts';
export type { IntrospectionOptions } from './token/introspection-options.ts';
export type {
  CognitoIssuerOptions,
  IssuerOptions,
  JwtSvidIssuerOptions,
  KeyDocument,
  KubernetesIssuerOptions,
  OauthIssuerOptions,
  PemKey,
  ServiceJwtIssuerOptions,
} from './token/issuer-options.ts';
export type { IssuerCacheOptions, IssuerSource } from './token/issuer-source.ts';
export type { JwtBundle, JwtBundleSource } from './token/jwt-bundle-source.ts';
export { judgeIntrospection } from './token/judge-introspection.ts';
export type { IntrospectionExpectations } from './token/judge-introspection.ts';
export { privateKeyJwt } from './token/private-key-jwt.ts';
export type { PrivateKeyJwtOptions } from './token/private-key-jwt.ts';
export type { ProfileName } from './token/profile.ts';
export type { TokenIdentity } from './token/token-identity.ts';
export { verifyJwt, verifyJwtSvid } from './token/verify-jwt.ts';
export type { JwtExpectations, JwtSvidExpectations } from './token/verify-jwt.ts';
export type { VerifiedToken } from './token/verify-token.ts';

// certificate
export { x509Identity } from './certificate/identity-source.ts';
export type { IdentitySource, X509Identity, X509IdentityOptions } from './certificate/identity-source.ts';
export { readCertificateFields } from './certificate/certificate-fields.ts';
export type { CertificateFields, ReadFields } from './certificate/certificate-fields.ts';
export type { PathWindow, VerifiedPath } from './certificate/certificate-path.ts';
export type { KeyUsage, SubjectNames } from './certificate/extensions.ts';
export type { SignatureAlgorithm } from './certificate/signature-algorithm.ts';
export type { NameConstraints, NameSubtree } from './certificate/name-constraints.ts';
export { readRevocationList } from './certificate/revocation-list.ts';
export type { ReadRevocationList, RevocationList } from './certificate/revocation-list.ts';
export { trustBundle, trustBundles } from './certificate/trust-bundle.ts';
export type { TrustBundle, TrustBundleOptions, TrustBundleSet, TrustBundleSource } from './certificate/trust-bundle.ts';
export { verifyPlainChain, verifySvidChain } from './certificate/verify-chain.ts';
export type {
  ChainExpectations,
  PlainChainExpectations,
  VerifiedPlainCertificate,
} from './certificate/verify-chain.ts';
export type { CertificateChainInput } from './certificate/read-chain.ts';
export { parseSpiffeBundle, parseSpiffeBundleMap } from './certificate/spiffe-bundle.ts';
export type { SpiffeBundle } from './certificate/spiffe-bundle.ts';
export { sha256Of, thumbprintOf } from './certificate/thumbprint.ts';
export { readSvidLeaf, verifyX509Svid } from './certificate/verify-certificate.ts';
export type { CertificateUsage } from './certificate/certificate-path.ts';
export type {
  LeafUsage,
  SvidLeaf,
  CertificateRequest,
  SvidRequest,
  TrustedCertificate,
  VerifiedCertificate,
} from './certificate/verify-certificate.ts';

// policy
export { classAccess } from './policy/class-access.ts';
export type { NotedOn } from './policy/class-access.ts';
export type { AllowDecision, Decision, DenyDecision, PolicyReason, StepUp } from './policy/decision.ts';
export {
  assertDeclared,
  configuredTwice,
  describeAccess,
  handshakeAccess,
  publicAccess,
  requirementAccess,
  requirementOf,
  undeclaredAccess,
} from './policy/declared-access.ts';
export type { Declared, DeclaredAccess, DeclaredConnection } from './policy/declared-access.ts';
export { pathTemplates } from './policy/path-templates.ts';
export type { Policy, PolicyRequest } from './policy/policy.ts';
export { compileRequirement, undeclaredRoute, unmatchedRoute } from './policy/requirement.ts';
export type {
  CompiledRequirement,
  OneOf,
  Requirement,
  RequirementModifiers,
  RequirementParts,
  SubjectOneOf,
} from './policy/requirement.ts';
export type { RouteAccess, RouteDeclaration } from './policy/route-declaration.ts';

// audit
export { auditEventSchema } from './audit/audit-event-schema.ts';
export type { AuditEvent, AuditEventName, AuthMethod } from './audit/audit-event.ts';
export { fanOut, required } from './audit/audit-sink.ts';
export type { AuditSink } from './audit/audit-sink.ts';
export { jsonLines } from './audit/json-lines.ts';
export type { JsonLinesOptions } from './audit/json-lines.ts';
export { memorySink } from './audit/memory-sink.ts';
export type { MemorySink } from './audit/memory-sink.ts';
export { openTelemetrySpan, spanAttributeNames } from './audit/open-telemetry.ts';
export { hashJti } from './audit/privacy.ts';
export type { PrivacyOptions } from './audit/privacy.ts';

// propagation
export { currentCaller, currentContext, maybeCurrentCaller, runInContext } from './propagation/caller-context.ts';
export type { RequestContext } from './propagation/caller-context.ts';
export { formatTraceparent } from './propagation/trace-context.ts';
export type { TraceContext } from './propagation/trace-context.ts';

// authentication
export { all } from './authentication/accept.ts';
export type { Acceptable, AllOf } from './authentication/accept.ts';
export { accessToken } from './authentication/access-token.ts';
export type { AccessTokenOptions, SharedTokenOptions } from './authentication/access-token-options.ts';
export type { ManyIssuers } from './authentication/check-issuers.ts';
export type { Authenticator, BoundAuthenticator } from './authentication/authenticator.ts';
export { clientCertificate } from './authentication/client-certificate.ts';
export type {
  ClientCertificateOptions,
  PkiOnlyOptions,
  SharedCertificateOptions,
  SvidOptions,
} from './authentication/client-certificate-options.ts';
export type { PkiOptions } from './authentication/pki-options.ts';
export type { RevocationOptions } from './authentication/check-revocation.ts';
export { forwardedCertificate } from './authentication/forwarded-certificate.ts';
export type { ForwardedCertificates } from './authentication/forwarded-certificate.ts';
export type {
  FixedHeaderOptions,
  ForwardedCertificateOptions,
  LinkerdOptions,
  NamedHeaderOptions,
  ProvenHop,
  XfccOptions,
} from './authentication/forwarded-certificate-options.ts';
export { verifyCertificateBinding } from './authentication/verify-certificate-binding.ts';

// enforcement
export { admissionOf, admit, callerOfCarrier, maybeCallerOfCarrier } from './enforcement/admission.ts';
export type { Admission } from './enforcement/admission.ts';
export { carryOut } from './enforcement/carry-out.ts';
export type { Carried } from './enforcement/carry-out.ts';
export type { ConnectionJudge } from './enforcement/connection-judge.ts';
export { createServiceAuth } from './enforcement/create-service-auth.ts';
export { judgeCall } from './enforcement/judge-call.ts';
export type { Call } from './enforcement/judge-call.ts';
export type { ServiceAuthOptions } from './enforcement/options.ts';
export { problemOf } from './enforcement/problem.ts';
export type { Problem } from './enforcement/problem.ts';
export { protectedResourceMetadata } from './enforcement/protected-resource-metadata.ts';
export type {
  ProtectedResourceMetadata,
  ResourceDescription,
  ResourceMetadataDocument,
  ResourceMetadataOptions,
} from './enforcement/protected-resource-metadata.ts';
export type { ServiceAuth } from './enforcement/service-auth.ts';
export { unreadableFacts } from './enforcement/unreadable-facts.ts';
export type { Allowed, DenialResponse, Denied, Observed, Verdict } from './enforcement/verdict.ts';

// node
export { adapterSettings, checkAdapterOptions } from './node/adapter-options.ts';
export type { AdapterOptions, AdapterSettings } from './node/adapter-options.ts';
export { checkUpgrade, policyViolationCloseCode, writeUpgradeDenial } from './node/check-upgrade.ts';
export type { UpgradeCheck } from './node/check-upgrade.ts';
export { isPreflight } from './node/cors-preflight.ts';
export { answerFinally } from './node/final-answer.ts';
export { hideForwardedHeaders, takeForwardedHeaders, withoutForwardedHeaders } from './node/forwarded-headers.ts';
export { environmentVariables, fromEnvironment } from './node/from-environment.ts';
export type { OptionsFromEnvironment } from './node/from-environment.ts';
export { endGrpcCall, grpcCallIn, grpcFactsOf, grpcStatusOf } from './node/grpc-facts-of.ts';
export type { GrpcCall } from './node/grpc-facts-of.ts';
export { guardConnections } from './node/guard-connections.ts';
export { closeExpired, guardUpgrades, handshakeOf } from './node/guard-upgrades.ts';
export type { DeclaredUpgrade } from './node/guard-upgrades.ts';
export { identityFiles } from './node/identity-files.ts';
export type { IdentityFilesOptions } from './node/identity-files.ts';
export { graphqlRequestOf, nodeRequestOf } from './node/node-request-of.ts';
export { peerCertificateOf } from './node/peer-certificate.ts';
export { prepareServer } from './node/prepare-server.ts';
export { requestFactsOf } from './node/request-facts-of.ts';
export type { NodeRequest, RequestPlace } from './node/request-facts-of.ts';
export { resourceMetadata } from './node/resource-metadata.ts';
export type { NodeMiddleware } from './node/resource-metadata.ts';
export { assertSafeServer, serverErrorOf, serverFaults } from './node/server-safety.ts';
export { createTlsOptions } from './node/tls-options.ts';
export type {
  CreateTlsOptions,
  TlsOptions,
  TlsOptionsFromPair,
  TlsOptionsFromSource,
  TlsTrust,
} from './node/tls-options.ts';
export { trustBundleFiles } from './node/trust-bundle-files.ts';
export type { TrustBundleFile, TrustBundleFilesOptions } from './node/trust-bundle-files.ts';
export { withBody, withoutBody } from './node/without-body.ts';
export { writeDenial } from './node/write-denial.ts';
