/** The only door of @countersign/client: every public name, grouped by purpose. */

// calls
export { createServiceClient } from './service-client.ts';
export type { DispatcherOptions, ServiceClient } from './service-client.ts';
export type { ServiceClientOptions } from './service-client-options.ts';
export { createServiceClients } from './service-clients.ts';
export type { ServiceClients, ServiceClientsOptions } from './service-clients.ts';
export type { RetryOptions } from './retry-options.ts';
export type { ServiceHeaderRecord, ServiceRequest, ServiceRequestBody } from './service-request.ts';

// credentials
export { entraOnBehalfOf } from './entra-on-behalf-of.ts';
export type { EntraOnBehalfOfOptions } from './entra-on-behalf-of.ts';
export type { ExchangeOptions } from './exchange-options.ts';
export { keycloakExchange } from './keycloak-exchange.ts';
export type { KeycloakExchangeOptions } from './keycloak-exchange.ts';
export { tokenExchange } from './token-exchange.ts';
export type { ExchangeActor, TokenExchangeOptions } from './token-exchange-options.ts';
export type { ExchangeTokenType } from './token-type.ts';
export { clientCredentials } from './client-credentials.ts';
export type { ClientCredentialsOptions } from './client-credentials-options.ts';
export type {
  BoundCredentialSource,
  BoundOnBehalfOfSource,
  ClientRuntime,
  Credential,
  CredentialRequest,
  CredentialSource,
  OnBehalfOfRequest,
  OnBehalfOfSource,
} from './credential-source.ts';
export type { TokenEndpointOptions } from './token-endpoint-options.ts';
export { serviceJwt } from './service-jwt.ts';
export type { ServiceJwtOptions } from './service-jwt.ts';
export { TokenCache } from './token-cache.ts';
export type { FetchToken, IssuedToken, TokenCacheOptions } from './token-cache.ts';
export { tokenKey } from './token-key.ts';
export type { TokenIdentity } from './token-key.ts';

// connections
export { mtls } from './mtls.ts';
export type { MtlsOptions, ServerOptions } from './mtls-options.ts';
export type { OwnIdentity, OwnPair } from './own-identity.ts';
export { grpcCertificates } from './grpc-certificates.ts';
export type {
  GrpcCaUpdate,
  GrpcCertificates,
  GrpcCertificatesOptions,
  GrpcIdentityUpdate,
} from './grpc-certificates.ts';
export { rotatingGrpcClient } from './rotating-grpc-client.ts';
export type { ClosableClient, RotatingGrpcClient, RotatingGrpcClientOptions } from './rotating-grpc-client.ts';
export { serverTls } from './server-tls.ts';
export type { ServerTlsOptions, ServerTlsWithIdentity } from './server-tls.ts';
export type { ClientTls, ConnectionChoice, Connections, MutualTls } from './client-tls.ts';

// faults and notices
export { answerStatusOf } from './answer-status-of.ts';
export { callFaults } from './call-fault.ts';
export type { CallFaultCode, CallFaultRow } from './call-fault.ts';
export { ServiceCallError } from './service-call-error.ts';
export type { CallFaultDetail } from './service-call-error.ts';
export type { ClientNotice, ClientNoticeCode, ClientNoticeSink } from './client-notice.ts';
