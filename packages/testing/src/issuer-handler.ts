/** The configuration of `oidc-provider` for the test issuer: client credentials and nothing else. */
import type { RequestListener } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { AdapterPayload } from 'oidc-provider';
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
}

/** Its own store makes the server warn about production. Nothing of ours outlives the process anyway. */
class MemoryAdapter {
  readonly #rows = new Map<string, AdapterPayload>();

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.#rows.set(id, payload);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#rows.get(id);
  }

  async findByUserCode(): Promise<undefined> {}

  async findByUid(): Promise<undefined> {}

  async consume(): Promise<void> {}

  async destroy(id: string): Promise<void> {
    this.#rows.delete(id);
  }

  async revokeByGrantId(): Promise<void> {}
}

function allScopes({ clients, resources }: IssuerSetup): string[] {
  return [...new Set([...clients, ...resources].flatMap(({ scopes }) => scopes))];
}

/** Makes an instance of the server, as a request listener. */
export async function createIssuerHandler(setup: IssuerSetup): Promise<RequestListener> {
  // Loaded when needed: on Node 20 the import itself prints a warning.
  const { default: Provider, errors } = await import('oidc-provider');
  const { issuer, keys, clients, resources, tokenLifetimeSeconds } = setup;
  const { algorithm, keyId } = keys[0];
  const provider = new Provider(issuer, {
    adapter: MemoryAdapter,
    jwks: { keys: keys.map(({ privateJwk }) => ({ ...privateJwk })) as never },
    cookies: { keys: [keyId] },
    scopes: allScopes(setup),
    ttl: { ClientCredentials: tokenLifetimeSeconds },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: algorithm as 'ES256' },
    clients: clients.map(({ clientId, clientSecret, scopes, certificateBound = false }) => ({
      client_id: clientId,
      client_secret: clientSecret.expose(),
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      scope: scopes.join(' '),
      tls_client_certificate_bound_access_tokens: certificateBound,
    })),
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
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
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: algorithm as 'ES256', kid: keyId } },
          };
        },
      },
    },
  });
  const callback = provider.callback();
  return (request, response) => void callback(request, response);
}
