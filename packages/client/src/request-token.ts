/**
 * One token request: the client credentials grant (RFC 6749 §4.4) with the audience of the service (RFC 8707 §2), by
 * `oauth4webapi`. The answer must be a bearer token that can be sent in a header (RFC 6750 §2.1). Nothing looks inside
 * the token: it is opaque to a client (RFC 9068 §6).
 */
import { Secret } from '@countersign/core';
import * as oauth from 'oauth4webapi';
import type { ClientCredentialsSettings } from './client-credentials-options.ts';
import type { IssuerFetch } from './issuer-fetch.ts';
import { ServiceCallError } from './service-call-error.ts';
import type { IssuedToken } from './token-cache.ts';

/** What a token is asked with. */
export interface TokenRequest {
  readonly settings: ClientCredentialsSettings;
  readonly audience: string;
  readonly metadata: oauth.AuthorizationServer;
  readonly fetch: IssuerFetch;
}

/** A token with the scopes that the issuer says it has; none when it says nothing. */
export interface GrantedToken extends IssuedToken {
  readonly scopes: readonly string[] | undefined;
}

const clientAuthentications = {
  client_secret_basic: oauth.ClientSecretBasic,
  client_secret_post: oauth.ClientSecretPost,
};

const bearerToken = /^[A-Za-z0-9._~+/-]+=*$/;
const longestToken = 16_384;
/** When the issuer does not say, the token is used briefly. */
const assumedLifetimeSeconds = 60;
const longestLifetimeSeconds = 86_400;
const oauthErrors: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]);

function invalid(check: string, expected: string): ServiceCallError {
  return new ServiceCallError('ISSUER_RESPONSE_INVALID', { check, expected });
}

/** The errors of the library quote the answer, in which a token may be, so only the code of OAuth is taken over. */
function explain(error: unknown): ServiceCallError {
  if (error instanceof ServiceCallError) return error;
  if (error instanceof oauth.ResponseBodyError) {
    const { error: code } = error;
    return new ServiceCallError('CREDENTIAL_REFUSED', {
      check: 'token endpoint',
      actual: oauthErrors.has(code) ? code : 'an OAuth error',
    });
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return new ServiceCallError('CREDENTIAL_REFUSED', { check: 'token endpoint', actual: `status ${error.status}` });
  }
  return invalid('token response', 'a bearer token as JSON (RFC 6749 §5.1)');
}

function readToken(answer: oauth.TokenEndpointResponse): GrantedToken {
  const { access_token: token, token_type: type, expires_in: seconds, scope } = answer;
  if (type !== 'bearer') throw invalid('token_type', 'Bearer');
  if (token.length > longestToken || !bearerToken.test(token)) throw invalid('access_token', 'a bearer token');
  if (seconds !== undefined && !(Number.isFinite(seconds) && seconds > 0)) throw invalid('expires_in', 'seconds');
  return {
    credential: Object.freeze({ scheme: 'Bearer' as const, token: new Secret(token) }),
    lifetimeSeconds: Math.min(seconds ?? assumedLifetimeSeconds, longestLifetimeSeconds),
    scopes: scope?.split(' '),
  };
}

/** Asks. Rejects with `ServiceCallError`. */
export async function requestToken({ settings, audience, metadata, fetch }: TokenRequest): Promise<GrantedToken> {
  const { clientId, clientSecret, scopes, clientAuthentication, audienceParameter } = settings;
  const client: oauth.Client = { client_id: clientId };
  const parameters = new URLSearchParams({ [audienceParameter]: audience });
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '));
  const authenticate = clientAuthentications[clientAuthentication](clientSecret.expose());
  try {
    const response = await oauth.clientCredentialsGrantRequest(metadata, client, authenticate, parameters, {
      [oauth.customFetch]: fetch as never,
      // The endpoint was checked when it was found.
      [oauth.allowInsecureRequests]: true,
    });
    return readToken(await oauth.processClientCredentialsResponse(metadata, client, response));
  } catch (error) {
    throw explain(error);
  }
}
