/**
 * The configuration of `oidc-provider` for the test issuer: client credentials, token exchange, introspection, and
 * nothing else. The grants are our own, because the server has no exchange and no clock but that of the machine.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { clientAuthMethods, clientMetadata, tokenExchangeGrant as exchangeGrantName } from './client-metadata.ts';
import { clientCredentialsGrant } from './client-credentials-grant.ts';
import { assertionCheck, carriesName, certificateOf, isCertificateVerified } from './client-proofs.ts';
import { createTokenPress, type TokenOrder, type TokenPress } from './issue-token.ts';
import { introspectionPath, mtlsPath, type IssuerSetup } from './issuer-setup.ts';
import { originalOf } from './replay-request.ts';
import { keepOriginalPath, type ProviderErrors } from './sender-binding.ts';
import { svidAssertions } from './svid-assertion.ts';
import { exchangeParameters, tokenExchangeGrant } from './token-exchange-grant.ts';
import type { TokenRequestLog } from './token-request-log.ts';

/** A token to write past the endpoints, for a client by its name. */
export type MintOrder = Omit<TokenOrder, 'client' | 'binding'> & { readonly clientId: string };

/** An instance of the server. */
export interface IssuerInstance {
  readonly listener: RequestListener;
  /** Answers the token alone. */
  mint(order: MintOrder): Promise<string>;
}

/** Longer than any difference that a test makes: assertions are judged by the clock of the issuer, in `assertionCheck`. */
const unlimitedSeconds = 3_000_000_000;

function features({ clients, resources, store }: IssuerSetup): NonNullable<Configuration['features']> {
  return {
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
        const dates = store.datesOf(token.jti);
        if (dates !== undefined) Object.assign(token, dates);
        return aud !== undefined && asker?.introspects?.includes(aud) === true;
      },
    },
    jwtIntrospection: { enabled: true },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      tlsClientAuth: true,
      selfSignedTlsClientAuth: true,
      getCertificate: ({ req }) => certificateOf(req)?.toString(),
      certificateAuthorized: ({ req }) => isCertificateVerified(req),
      certificateSubjectMatches: ({ req }, property, expected) => carriesName(req, property, expected),
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context, audience) => {
        const scope = resources.find((resource) => resource.audience === audience)?.scopes.join(' ');
        return { audience, scope: scope ?? '' };
      },
    },
  };
}

function configuration(setup: IssuerSetup, press: TokenPress, errors: ProviderErrors): Configuration {
  const { issuer, keys, clients, resources, exchange, store } = setup;
  const { algorithm, keyId } = keys[0];
  const scopes = [...clients, ...resources, ...exchange].flatMap((one) => one.scopes);
  return {
    adapter: store.adapter,
    jwks: { keys: keys.map(({ privateJwk }) => ({ ...privateJwk })) as never },
    cookies: { keys: [keyId] },
    scopes: [...new Set(scopes)],
    clientAuthMethods: [...clientAuthMethods],
    clientDefaults: { id_token_signed_response_alg: algorithm as 'ES256' },
    clients: clients.map((client) => clientMetadata(client, setup)),
    clockTolerance: unlimitedSeconds,
    assertJwtClientAuthClaimsAndHeader: assertionCheck(setup, errors),
    extraTokenClaims: (_context, token) => press.claimsOf(token),
    routes: { introspection: introspectionPath },
    discovery: {
      mtls_endpoint_aliases: {
        token_endpoint: `${issuer}${mtlsPath}/token`,
        introspection_endpoint: `${issuer}${mtlsPath}${introspectionPath}`,
      },
    },
    features: features(setup),
  };
}

/** Makes an instance. */
export async function createIssuerInstance(setup: IssuerSetup, log: TokenRequestLog): Promise<IssuerInstance> {
  // Loaded when needed: on Node 20 the import itself prints a warning.
  const { default: Server, errors } = await import('oidc-provider');
  let provider: Provider | undefined;
  const running = (): Provider => {
    if (provider === undefined) throw new TypeError('The server is not made yet.');
    return provider;
  };
  const press = createTokenPress(setup, running);
  provider = new Server(setup.issuer, configuration(setup, press, errors));
  provider.registerGrantType('client_credentials', clientCredentialsGrant(setup, press, errors), ['resource', 'scope']);
  provider.registerGrantType(exchangeGrantName, tokenExchangeGrant(setup, press, errors), exchangeParameters, [
    'resource',
    'audience',
  ]);
  provider.use(async (context, next) => {
    await next();
    if (context.path !== '/token') return;
    // Absent when nothing was routed, as for another method.
    const { client, params } = (context as Partial<KoaContextWithOIDC>).oidc ?? {};
    const clientId = client?.clientId;
    const grantType = params?.['grant_type'];
    log.complete(originalOf(context.req), {
      status: context.status,
      ...(clientId !== undefined && { clientId }),
      ...(typeof grantType === 'string' && { grantType }),
    });
  });
  const callback = provider.callback();
  const translate = svidAssertions(setup);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const understood = await translate(request);
    keepOriginalPath(understood);
    const { url = '' } = understood;
    if (url.startsWith(`${mtlsPath}/`)) understood.url = url.slice(mtlsPath.length);
    await callback(understood, response);
  };
  return {
    listener: (request, response) => {
      // Whoever went away while the body was read gets no answer.
      serve(request, response).catch(() => response.destroy());
    },
    mint: async ({ clientId, ...order }) => {
      const client = await running().Client.find(clientId);
      if (client === undefined) throw new TypeError(`The issuer knows no client ${clientId}.`);
      return (await press.issue({ ...order, client, binding: undefined })).access_token;
    },
  };
}
