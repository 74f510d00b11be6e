/** Public names of verification: signatures, what a request presents, tokens, certificates. */

// signature
export { algorithmNames } from '../signature/algorithms.ts';
export type { Algorithm } from '../signature/algorithms.ts';
export { jwkThumbprint } from '../signature/jwk-thumbprint.ts';
export { parseJws } from '../signature/jws.ts';
export type { ParsedJws } from '../signature/jws.ts';
export { createKeyHistory, revocationCauses } from '../signature/key-history.ts';
export type {
  FixedKeyHistory,
  HistoricalKey,
  HistoricalKeySelector,
  KeyHistory,
  KeyRevocation,
  RevocationCause,
} from '../signature/key-history.ts';
export { readHistoricalKeys } from '../signature/historical-keys.ts';
export type { HistoricalJwk, HistoricalKeysDocument, ReadHistoricalKeys } from '../signature/historical-keys.ts';
export type { JwksDocument, PublicJwk } from '../signature/public-jwk.ts';
export { ringKey } from '../signature/ring-key.ts';
export type { RingKey, RingKeyOptions } from '../signature/ring-key.ts';
export type { RingKeySource } from '../signature/ring-key-source.ts';
export { createSigningKeyRing } from '../signature/signing-key-ring.ts';
export type { SigningKeyRing, SigningKeyRingOptions } from '../signature/signing-key-ring.ts';
export type { SigningKey, SigningKeys } from '../signature/signing-keys.ts';
export { parseStrictJson } from '../signature/strict-json.ts';
export type { JsonObject, JsonValue, StrictJson } from '../signature/strict-json.ts';

// credential
export { parseAuthorizationHeader } from '../credential/authorization-header.ts';
export type { PresentedToken, TokenScheme } from '../credential/authorization-header.ts';
export type {
  BearerToken,
  CredentialKind,
  DpopToken,
  PresentedCertificate,
  PresentedCredential,
  PresentedForwardedCertificate,
  PresentedSeal,
} from '../credential/credential.ts';
export type {
  ForwardedCaller,
  ForwardedCertificate,
  ForwardedFormat,
  ForwardedName,
} from '../credential/forwarded-caller.ts';
export { parseBase64Certificate } from '../credential/forwarded/base64-der.ts';
export type { CertificateChain } from '../credential/forwarded/certificate-bytes.ts';
export { parseClientCert, parseClientCertChain } from '../credential/forwarded/client-cert.ts';
export { parseEncodedPem } from '../credential/forwarded/encoded-pem.ts';
export { parseLinkerdClientId } from '../credential/forwarded/linkerd-client-id.ts';
export type { LinkerdClientId } from '../credential/forwarded/linkerd-client-id.ts';
export { parseXfcc } from '../credential/forwarded/parse-xfcc.ts';
export { parseTraefikCert } from '../credential/forwarded/traefik-cert.ts';
export type { XfccElement } from '../credential/forwarded/xfcc-element.ts';
export type { MessageFacts } from '../credential/message-facts.ts';
export type { PeerCertificate, RequestFacts, Transport } from '../credential/request-facts.ts';

// token
export type { TokenCacheLimits } from '../token/token-cache.ts';
export type { TokenCacheOptions } from '../token/token-cache-options.ts';
export type { Confirmation } from '../token/confirmation.ts';
export type { DpopNonceOptions } from '../token/dpop-nonces.ts';
export type { DpopOptions } from '../token/dpop-options.ts';
export { verifyDpopProof } from '../token/dpop-proof.ts';
export type { DpopExpectations, DpopProof } from '../token/dpop-proof.ts';
export { dpopProver } from '../token/dpop-prover.ts';
export type { DpopProver, DpopProverOptions, ProofRequest } from '../token/dpop-prover.ts';
export type {
  ClientAuthentication,
  ClientAuthenticationWarning,
  OutgoingForm,
} from '../token/client-authentication.ts';
export { clientWarnings } from '../token/client-warnings.ts';
export type { TellWarnings } from '../token/client-warnings.ts';
export { renewClientProof } from '../token/renew-client-proof.ts';
export { clientSecret } from '../token/client-secret.ts';
export type { ClientSecretOptions } from '../token/client-secret.ts';
export type { IssuedSecret, SecretSource } from '../token/secret-source.ts';
export { jwtSvidAssertion } from '../token/jwt-svid-assertion.ts';
export type { JwtSvidAssertionOptions, JwtSvidSource, OwnJwtSvid } from '../token/jwt-svid-assertion.ts';
export { selfSignedTlsClientAuth, tlsClientAuth } from '../token/tls-client-auth.ts';
export type { TlsClientAuthOptions } from '../token/tls-client-auth.ts';
export type { IntrospectionOptions } from '../token/introspection-options.ts';
export type {
  CognitoIssuerOptions,
  IssuerOptions,
  JwtSvidIssuerOptions,
  KeyDocument,
  KubernetesIssuerOptions,
  OauthIssuerOptions,
  PemKey,
  ServiceJwtIssuerOptions,
} from '../token/issuer-options.ts';
export type { IssuerCacheOptions, IssuerSource } from '../token/issuer-source.ts';
export type { JwtBundle, JwtBundleSource } from '../token/jwt-bundle-source.ts';
export { judgeIntrospection } from '../token/judge-introspection.ts';
export type { IntrospectionExpectations } from '../token/judge-introspection.ts';
export { privateKeyJwt } from '../token/private-key-jwt.ts';
export type { FixedKeyOptions, PrivateKeyJwtOptions, RotatingKeysOptions } from '../token/private-key-jwt.ts';
export type { ProfileName } from '../token/profile.ts';
export type { TokenIdentity } from '../token/token-identity.ts';
export { signServiceJwt } from '../token/service-jwt.ts';
export type { ServiceJwtClaims } from '../token/service-jwt.ts';
export { verifyJwt, verifyJwtSvid } from '../token/verify-jwt.ts';
export type { JwtExpectations, JwtSvidExpectations } from '../token/verify-jwt.ts';
export type { VerifiedToken } from '../token/verify-token.ts';

// certificate
export { x509Identity } from '../certificate/identity-source.ts';
export type { IdentitySource, X509Identity, X509IdentityOptions } from '../certificate/identity-source.ts';
export { readCertificateFields } from '../certificate/certificate-fields.ts';
export type { CertificateFields, ReadFields } from '../certificate/certificate-fields.ts';
export type { PathWindow, VerifiedPath } from '../certificate/certificate-path.ts';
export type { KeyUsage, SubjectNames } from '../certificate/extensions.ts';
export type { SignatureAlgorithm } from '../certificate/signature-algorithm.ts';
export type { NameConstraints, NameSubtree } from '../certificate/name-constraints.ts';
export { readRevocationList } from '../certificate/revocation-list.ts';
export type { ReadRevocationList, RevocationList } from '../certificate/revocation-list.ts';
export { trustBundle, trustBundles } from '../certificate/trust-bundle.ts';
export type {
  TrustBundle,
  TrustBundleOptions,
  TrustBundleSet,
  TrustBundleSource,
} from '../certificate/trust-bundle.ts';
export { verifyPlainChain, verifySvidChain } from '../certificate/verify-chain.ts';
export type {
  ChainExpectations,
  PlainChainExpectations,
  VerifiedPlainCertificate,
} from '../certificate/verify-chain.ts';
export type { CertificateChainInput } from '../certificate/read-chain.ts';
export { parseSpiffeBundle, parseSpiffeBundleMap } from '../certificate/spiffe-bundle.ts';
export type { SpiffeBundle } from '../certificate/spiffe-bundle.ts';
export { sha256Of, thumbprintOf } from '../certificate/thumbprint.ts';
export { readSvidLeaf, verifyX509Svid } from '../certificate/verify-certificate.ts';
export type { CertificateUsage } from '../certificate/certificate-path.ts';
export type {
  LeafUsage,
  SvidLeaf,
  CertificateRequest,
  SvidRequest,
  TrustedCertificate,
  VerifiedCertificate,
} from '../certificate/verify-certificate.ts';

// message
export { amqpMessageOf } from '../message/amqp-message-of.ts';
export type { AmqpMessage } from '../message/amqp-message-of.ts';
export {
  cloudEventAttributes,
  cloudEventIn,
  cloudEventMessageOf,
  sealAttribute,
  sealCloudEvent,
} from '../message/cloud-event.ts';
export type { CloudEvent } from '../message/cloud-event.ts';
export { bytesOfText } from '../message/bytes-of-text.ts';
export { kafkaMessageOf } from '../message/kafka-message-of.ts';
export type { KafkaRecord } from '../message/kafka-message-of.ts';
export { sealType } from '../message/message-context.ts';
export type { MessageContext, SealedMessageClaims, SealedPart } from '../message/message-context.ts';
export { messageFactsOf } from '../message/message-facts-of.ts';
export { MessageNotSettledError, settleMessage } from '../message/message-work.ts';
export type { WorkOutcome } from '../message/message-work.ts';
export { natsMessageOf } from '../message/nats-message-of.ts';
export type { NatsHeaders, NatsMessage } from '../message/nats-message-of.ts';
export { openMessage } from '../message/open-message.ts';
export type { MessageExpectations } from '../message/open-message.ts';
export type { OpenedMessage } from '../message/open-seal.ts';
export type { OpeningOptions } from '../message/opening-options.ts';
export { recordMessageOf } from '../message/record-message-of.ts';
export type { RecordMessage } from '../message/record-message-of.ts';
export { SealFault, sealFaults } from '../message/seal-fault.ts';
export type { SealFaultCode } from '../message/seal-fault.ts';
export { sealHeader, sealMessage } from '../message/seal-message.ts';
export type { SealedMessage } from '../message/seal-message.ts';
export type { OutgoingMessage, SealingOptions } from '../message/sealing-options.ts';
export type { ProducerClaims, TrustedProducer } from '../message/trusted-producer.ts';
