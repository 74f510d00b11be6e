/** How `oidc-provider` is told of a client, and by which of its features the client proves itself. */
import { X509Certificate } from 'node:crypto';
import type { ClientMetadata } from 'oidc-provider';
import type { TestClient } from './issuer-options.ts';
import type { IssuerSetup } from './issuer-setup.ts';

/** The methods the server knows, in the names of its metadata. */
export const clientAuthMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;

/** The grant type of RFC 8693 §2.1. */
export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

function proofOf(client: TestClient, svidSecret: string): Partial<ClientMetadata> {
  const { clientSecret, publicJwk, certificateName, certificatePem, spiffeId } = client;
  if (spiffeId !== undefined) return { client_secret: svidSecret };
  if (clientSecret !== undefined) return { client_secret: clientSecret.expose() };
  if (publicJwk !== undefined) {
    return {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: publicJwk['alg'] as 'ES256',
      jwks: { keys: [publicJwk as never] },
    };
  }
  if (certificateName !== undefined) {
    const name =
      'uri' in certificateName
        ? { tls_client_auth_san_uri: certificateName.uri }
        : { tls_client_auth_san_dns: certificateName.dns };
    return { token_endpoint_auth_method: 'tls_client_auth', ...name };
  }
  const certificate = new X509Certificate(certificatePem ?? '');
  const jwk = certificate.publicKey.export({ format: 'jwk' });
  return {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    jwks: { keys: [{ ...jwk, x5c: [certificate.raw.toString('base64')] } as never] },
  };
}

/** The metadata of a client. */
export function clientMetadata(client: TestClient, { keys: [{ algorithm }], svidSecret }: IssuerSetup): ClientMetadata {
  const { clientId, scopes, certificateBound = false, dpopBound = false } = client;
  return {
    client_id: clientId,
    ...proofOf(client, svidSecret),
    grant_types: ['client_credentials', tokenExchangeGrant],
    response_types: [],
    redirect_uris: [],
    // A service that only asks about tokens has none, and the server refuses an empty text.
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    tls_client_certificate_bound_access_tokens: certificateBound,
    dpop_bound_access_tokens: dpopBound,
    // Only who asks for a signed answer (RFC 9701 §4) gets one.
    introspection_signed_response_alg: algorithm as 'ES256',
  };
}
