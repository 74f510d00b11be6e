/** The configuration of `oidc-provider` for the test issuer: client credentials, introspection, and nothing else. */
import type { RequestListener } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ClientMetadata } from 'oidc-provider';
import type { IssuerStore } from './issuer-store.ts';
import type { SigningKey } from './signing-key.ts';
import type { TestClient, TestResource } from './test-issuer.ts';

/** What an instance is made for. */
export interface IssuerSetup {
  readonly issuer: string;
  /** The signing key first. */
  readonly keys: readonly [SigningKey, ...SigningKey[]];
  readonly clients: readonly TestClient[];
  readonly resources: readonly TestResource[];
  readonly tokenLifetimeSeconds: number;
  readonly store: IssuerStore;
}

/** Path of the introspection endpoint. */
export const introspectionPath = '/token/introspection';

function allScopes({ clients, resources }: IssuerSetup): string[] {
  return [...new Set([...clients, ...resources].flatMap(({ scopes }) => scopes))];
}

function metadataOf(client: TestClient, algorithm: string): ClientMetadata {
  const { clientId, clientSecret, publicJwk, scopes, certificateBound = false } = client;
  return {
    client_id: clientId,
    ...(clientSecret !== undefined && { client_secret: clientSecret.expose() }),
    ...(publicJwk !== undefined && {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: publicJwk['alg'] as 'ES256',
      jwks: { keys: [publicJwk as never] },
    }),
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    // A service that only asks about tokens has none, and the server refuses an empty text.
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    tls_client_certificate_bound_access_tokens: certificateBound,
    // Only who asks for a signed answer (RFC 9701 §4) gets one.
    introspection_signed_response_alg: algorithm as 'ES256',
  };
}

/** Makes an instance of the server, as a request listener. */
export async function createIssuerHandler(setup: IssuerSetup): Promise<RequestListener> {
  // Loaded when needed: on Node 20 the import itself prints a warning.
  const { default: Provider, errors } = await import('oidc-provider');
  const { issuer, keys, clients, resources, tokenLifetimeSeconds, store } = setup;
  const { algorithm, keyId } = keys[0];
  const provider = new Provider(issuer, {
    adapter: store.adapter,
    jwks: { keys: keys.map(({ privateJwk }) => ({ ...privateJwk })) as never },
    cookies: { keys: [keyId] },
    scopes: allScopes(setup),
    ttl: { ClientCredentials: tokenLifetimeSeconds },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: algorithm as 'ES256' },
    clients: clients.map((client) => metadataOf(client, algorithm)),
    routes: { introspection: introspectionPath },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        // A service is told about its own tokens. To anybody else they are not active (RFC 7662 §2.2).
        allowedPolicy: (_context, { clientId }, token) => {
          const asker = clients.find((client) => client.clientId === clientId);
          const { aud } = token as { readonly aud?: string };
          return aud !== undefined && asker?.introspects?.includes(aud) === true;
        },
      },
      jwtIntrospection: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        getCertificate: (context) => (context.req.socket as TLSSocket).getPeerX509Certificate()?.toString(),
      },
      resourceIndicators: {
        enabled: true,
        // Without a default a request must say which service the token is for.
        defaultResource: () => {
          throw new errors.InvalidTarget('name the resource that the token is for');
        },
        getResourceServerInfo: (_context, wanted) => {
          const found = resources.find(({ audience }) => audience === wanted);
          if (found === undefined) throw new errors.InvalidTarget();
          return {
            audience: found.audience,
            scope: found.scopes.join(' '),
            accessTokenTTL: tokenLifetimeSeconds,
            accessTokenFormat: found.tokenFormat ?? 'jwt',
            jwt: { sign: { alg: algorithm as 'ES256', kid: keyId } },
          };
        },
      },
    },
  });
  const callback = provider.callback();
  return (request, response) => void callback(request, response);
}
