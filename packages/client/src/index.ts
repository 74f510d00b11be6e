/** The only door of @countersign/client: every public name, grouped by purpose. */

// calls
export { createServiceClient } from './call/service-client.ts';
export type { DispatcherOptions, ServiceClient } from './call/service-client.ts';
export type { ServiceClientOptions } from './call/service-client-options.ts';
export { createServiceClients } from './call/service-clients.ts';
export type { ServiceClients, ServiceClientsOptions } from './call/service-clients.ts';
export type { RetryOptions } from './call/retry-options.ts';
export type { ServiceHeaderRecord, ServiceRequest, ServiceRequestBody } from './call/service-request.ts';

// credentials
export { entraOnBehalfOf } from './source/entra-on-behalf-of.ts';
export type { EntraOnBehalfOfOptions } from './source/entra-on-behalf-of.ts';
export type { ExchangeOptions } from './source/exchange-options.ts';
export { keycloakExchange } from './source/keycloak-exchange.ts';
export type { KeycloakExchangeOptions } from './source/keycloak-exchange.ts';
export { tokenExchange } from './source/token-exchange.ts';
export type { ExchangeActor, TokenExchangeOptions } from './source/token-exchange-options.ts';
export type { ExchangeTokenType } from './issuer/token-type.ts';
export { clientCredentials } from './source/client-credentials.ts';
export type { ClientCredentialsOptions } from './source/client-credentials-options.ts';
export type {
  BoundCredentialSource,
  BoundOnBehalfOfSource,
  ClientRuntime,
  Credential,
  CredentialRequest,
  CredentialSource,
  OnBehalfOfRequest,
  OnBehalfOfSource,
} from './credential/credential-source.ts';
export type { TokenEndpointOptions } from './issuer/token-endpoint-options.ts';
export { serviceJwt } from './source/service-jwt.ts';
export type { ServiceJwtOptions } from './source/service-jwt.ts';
export { TokenCache } from './credential/token-cache.ts';
export type { FetchToken, IssuedToken, TokenCacheOptions } from './credential/token-cache.ts';
export { tokenKey } from './credential/token-key.ts';
export type { TokenIdentity } from './credential/token-key.ts';

// connections
export { mtls } from './connection/mtls.ts';
export type { MtlsOptions, ServerOptions } from './connection/mtls-options.ts';
export type { OwnIdentity, OwnPair } from './connection/own-identity.ts';
export { grpcCertificates } from './grpc/grpc-certificates.ts';
export type {
  GrpcCaUpdate,
  GrpcCertificates,
  GrpcCertificatesOptions,
  GrpcIdentityUpdate,
} from './grpc/grpc-certificates.ts';
export { rotatingGrpcClient } from './grpc/rotating-grpc-client.ts';
export type { ClosableClient, RotatingGrpcClient, RotatingGrpcClientOptions } from './grpc/rotating-grpc-client.ts';
export { serverTls } from './connection/server-tls.ts';
export type { ServerTlsOptions, ServerTlsWithIdentity } from './connection/server-tls.ts';
export type { ClientTls, ConnectionChoice, Connections, MutualTls } from './connection/client-tls.ts';

// faults and notices
export { answerStatusOf } from './fault/answer-status-of.ts';
export { callFaults } from './fault/call-fault.ts';
export type { CallFaultCode, CallFaultRow } from './fault/call-fault.ts';
export { ServiceCallError } from './fault/service-call-error.ts';
export type { CallFaultDetail } from './fault/service-call-error.ts';
export type { ClientNotice, ClientNoticeCode, ClientNoticeSink } from './fault/client-notice.ts';
