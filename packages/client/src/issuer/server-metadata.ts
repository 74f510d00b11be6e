/**
 * Where an issuer gives out tokens: its metadata (OpenID Connect Discovery §4, RFC 8414 §3). It must state the
 * configured issuer to the letter and name a token endpoint of the same origin or of a listed one: the proof of this
 * client goes there. Where our connections show a certificate, its address for them comes first (RFC 8705 §5), under the
 * same rule.
 */
import { isWaiverInForce, type Clock } from '@countersign/core';
import * as oauth from 'oauth4webapi';
import type { IssuerFetch } from './issuer-fetch.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { TokenEndpointSettings } from './token-endpoint-options.ts';

/** Finds the metadata, with the token endpoint to use. Rejects with `ServiceCallError`. */
export type FindMetadata = (fetch: IssuerFetch) => Promise<oauth.AuthorizationServer>;

const freshMilliseconds = 3_600_000;

/** Whether plain http is allowed right now. */
function isHttpAllowed({ allowHttp }: Pick<TokenEndpointSettings, 'allowHttp'>, clock: Clock): boolean {
  return allowHttp !== undefined && isWaiverInForce(allowHttp, clock.now());
}

function untrusted(check: string, expected: string): ServiceCallError {
  return new ServiceCallError('ISSUER_UNTRUSTED', { check, expected });
}

function checkEndpoint(settings: TokenEndpointSettings, endpoint: unknown, httpAllowed: boolean): void {
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
    throw new ServiceCallError('ISSUER_RESPONSE_INVALID', { check: 'token_endpoint', expected: 'a URL' });
  }
  const { origin, protocol, username, password } = new URL(endpoint);
  if (protocol !== 'https:' && !(httpAllowed && protocol === 'http:')) throw untrusted('token_endpoint', 'https');
  if (username !== '' || password !== '') throw untrusted('token_endpoint', 'no user name');
  if (origin !== new URL(settings.issuer).origin && !settings.tokenEndpointOrigins.includes(origin)) {
    throw untrusted('token_endpoint', 'the origin of the issuer, or a listed one');
  }
}

async function discover(settings: TokenEndpointSettings, fetch: IssuerFetch, httpAllowed: boolean) {
  const url = new URL(settings.issuer);
  const response = await oauth.discoveryRequest(url, {
    algorithm: settings.discovery === 'openid' ? 'oidc' : 'oauth2',
    [oauth.customFetch]: fetch as never,
    [oauth.allowInsecureRequests]: httpAllowed,
  });
  let metadata: oauth.AuthorizationServer;
  try {
    metadata = await oauth.processDiscoveryResponse(url, response);
  } catch (error) {
    // The errors of the library carry the document.
    const isOther = error instanceof oauth.OperationProcessingError && error.code === oauth.JSON_ATTRIBUTE_COMPARISON;
    if (isOther) throw untrusted('issuer', settings.issuer);
    throw new ServiceCallError('ISSUER_RESPONSE_INVALID', { check: 'metadata', actual: `status ${response.status}` });
  }
  // The library compares URLs; identifiers are compared as texts (RFC 8414 §3.3).
  if (metadata.issuer !== settings.issuer) throw untrusted('issuer', settings.issuer);
  const alias = settings.tls?.proves === 'both' ? metadata.mtls_endpoint_aliases?.token_endpoint : undefined;
  const endpoint = alias ?? metadata.token_endpoint;
  checkEndpoint(settings, endpoint, httpAllowed);
  return { ...metadata, token_endpoint: endpoint } as oauth.AuthorizationServer;
}

/** Reads the metadata when it is needed, keeps it for an hour, and longer while it cannot be read again. */
export function metadataOf(settings: TokenEndpointSettings, clock: Clock): FindMetadata {
  const { issuer, tokenEndpoint } = settings;
  let kept: { readonly metadata: oauth.AuthorizationServer; readonly until: number } | undefined;
  return async (fetch) => {
    const httpAllowed = isHttpAllowed(settings, clock);
    if (!httpAllowed && [issuer, tokenEndpoint].some((url) => url?.startsWith('http:') === true)) {
      throw new ServiceCallError('WAIVER_ENDED', { check: 'allowHttp' });
    }
    if (tokenEndpoint !== undefined) return { issuer, token_endpoint: tokenEndpoint };
    const now = clock.monotonic();
    if (kept !== undefined && now < kept.until) return kept.metadata;
    try {
      kept = { metadata: await discover(settings, fetch, httpAllowed), until: now + freshMilliseconds };
    } catch (error) {
      const isDown = error instanceof ServiceCallError && error.code === 'CREDENTIAL_UNAVAILABLE';
      if (kept === undefined || !isDown) throw error;
    }
    return kept.metadata;
  };
}
