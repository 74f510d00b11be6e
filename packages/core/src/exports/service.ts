/** Public names of the service side: authenticators, enforcement, the seam to Node. */

// authentication
export { all } from '../authentication/accept.ts';
export type { Acceptable, AllOf } from '../authentication/accept.ts';
export { accessToken } from '../authentication/access-token.ts';
export type { AccessTokenOptions, SharedTokenOptions } from '../authentication/access-token-options.ts';
export type { ManyIssuers } from '../authentication/check-issuers.ts';
export type { Authenticator, BoundAuthenticator } from '../authentication/authenticator.ts';
export { clientCertificate } from '../authentication/client-certificate.ts';
export type {
  ClientCertificateOptions,
  PkiOnlyOptions,
  SharedCertificateOptions,
  SvidOptions,
} from '../authentication/client-certificate-options.ts';
export type { PkiOptions } from '../authentication/pki-options.ts';
export type { RevocationOptions } from '../authentication/check-revocation.ts';
export { forwardedCertificate } from '../authentication/forwarded-certificate.ts';
export type { ForwardedCertificates } from '../authentication/forwarded-certificate.ts';
export type {
  FixedHeaderOptions,
  ForwardedCertificateOptions,
  LinkerdOptions,
  NamedHeaderOptions,
  ProvenHop,
  XfccOptions,
} from '../authentication/forwarded-certificate-options.ts';
export { sealedMessage } from '../authentication/sealed-message.ts';
export type { SealedMessageOptions } from '../authentication/sealed-message.ts';
export { remoteKeyHistory } from '../authentication/remote-key-history.ts';
export type { RemoteKeyHistoryOptions } from '../authentication/remote-key-history.ts';
export { verifyCertificateBinding } from '../authentication/verify-certificate-binding.ts';

// enforcement
export { admissionOf, admit, callerOfCarrier, maybeCallerOfCarrier } from '../enforcement/admission.ts';
export type { Admission } from '../enforcement/admission.ts';
export { checkSurroundings } from '../enforcement/check-surroundings.ts';
export { carryOut } from '../enforcement/carry-out.ts';
export type { Carried } from '../enforcement/carry-out.ts';
export type { ConnectionJudge } from '../enforcement/connection-judge.ts';
export { createServiceAuth } from '../enforcement/create-service-auth.ts';
export { handleMessage } from '../enforcement/handle-message.ts';
export type { HandledMessage, MessageCall } from '../enforcement/handle-message.ts';
export { dispositionOf } from '../enforcement/message-disposition.ts';
export type { Disposition } from '../enforcement/message-disposition.ts';
export { judgeCall } from '../enforcement/judge-call.ts';
export type { Call } from '../enforcement/judge-call.ts';
export type { ServiceAuthOptions } from '../enforcement/options.ts';
export { problemOf } from '../enforcement/problem.ts';
export type { Problem } from '../enforcement/problem.ts';
export { protectedResourceMetadata } from '../enforcement/protected-resource-metadata.ts';
export type {
  ProtectedResourceMetadata,
  ResourceDescription,
  ResourceMetadataDocument,
  ResourceMetadataOptions,
} from '../enforcement/protected-resource-metadata.ts';
export type { ServiceAuth } from '../enforcement/service-auth.ts';
export { unreadableFacts } from '../enforcement/unreadable-facts.ts';
export type { Allowed, DenialResponse, Denied, Observed, Verdict } from '../enforcement/verdict.ts';

// node
export { adapterSettings, checkAdapterOptions } from '../node/adapter-options.ts';
export type { AdapterOptions, AdapterSettings } from '../node/adapter-options.ts';
export { checkUpgrade, policyViolationCloseCode, writeUpgradeDenial } from '../node/check-upgrade.ts';
export type { UpgradeCheck } from '../node/check-upgrade.ts';
export { isPreflight } from '../node/cors-preflight.ts';
export { answerFinally } from '../node/final-answer.ts';
export { hideForwardedHeaders, takeForwardedHeaders, withoutForwardedHeaders } from '../node/forwarded-headers.ts';
export { environmentVariables, fromEnvironment } from '../node/from-environment.ts';
export type { OptionsFromEnvironment } from '../node/from-environment.ts';
export { endGrpcCall, grpcCallIn, grpcFactsOf, grpcStatusOf } from '../node/grpc-facts-of.ts';
export type { GrpcCall } from '../node/grpc-facts-of.ts';
export { guardConnections } from '../node/guard-connections.ts';
export { closeExpired, guardUpgrades, handshakeOf } from '../node/guard-upgrades.ts';
export type { DeclaredUpgrade } from '../node/guard-upgrades.ts';
export { identityFiles } from '../node/identity-files.ts';
export type { IdentityFilesOptions } from '../node/identity-files.ts';
export { jwksEndpoint } from '../node/jwks-endpoint.ts';
export type { JwksEndpointOptions, ServedKeyRing } from '../node/jwks-endpoint.ts';
export { graphqlRequestOf, nodeRequestOf } from '../node/node-request-of.ts';
export { peerCertificateOf } from '../node/peer-certificate.ts';
export { prepareServer } from '../node/prepare-server.ts';
export { requestFactsOf } from '../node/request-facts-of.ts';
export type { NodeRequest, RequestPlace } from '../node/request-facts-of.ts';
export { resourceMetadata } from '../node/resource-metadata.ts';
export type { NodeMiddleware } from '../node/resource-metadata.ts';
export { secretFile } from '../node/secret-file.ts';
export { assertSafeServer, serverErrorOf, serverFaults } from '../node/server-safety.ts';
export { signingKeyFiles } from '../node/signing-key-files.ts';
export type { SigningKeyFilesOptions } from '../node/signing-key-files.ts';
export { createTlsOptions } from '../node/tls-options.ts';
export type {
  CreateTlsOptions,
  TlsOptions,
  TlsOptionsFromPair,
  TlsOptionsFromSource,
  TlsTrust,
} from '../node/tls-options.ts';
export { trustBundleFiles } from '../node/trust-bundle-files.ts';
export type { TrustBundleFile, TrustBundleFilesOptions } from '../node/trust-bundle-files.ts';
export { withBody, withoutBody } from '../node/without-body.ts';
export { writeDenial } from '../node/write-denial.ts';
