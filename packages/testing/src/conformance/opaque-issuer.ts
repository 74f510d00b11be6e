/**
 * An authorization server (`oidc-provider`) whose tokens are opaque, for the cases about introspection: the service under
 * test asks it over a real socket, with credentials of its own.
 */
import type { RequestListener } from 'node:http';
import { clientSecret, Secret, type OauthIssuerOptions } from '@countersign/core';
import type { PemIdentity } from '../raw-request.ts';
import type { TestAuthority } from '../test-authority.ts';
import { createTestIssuer } from '../issuer/test-issuer.ts';
import { trustingFetch } from '../trusting-fetch.ts';

/** What to ask a token for. */
export interface OpaqueTokenRequest {
  /** Audience. Default: the service under test. */
  readonly audience?: string;
  /** Bind the token to this certificate. */
  readonly boundTo?: PemIdentity;
}

/** A running server. */
export interface OpaqueIssuer {
  /** For `issuers` of the service: the record that introspects. */
  readonly options: OauthIssuerOptions;
  /** Another service, that tokens can be for. */
  readonly otherAudience: string;
  /** The secret of the service: it must show up nowhere. */
  readonly secret: string;
  /** A token of the client `orders`. */
  token(request?: OpaqueTokenRequest): Promise<string>;
  revoke(token: string): void;
  /** How many questions it got. */
  introspections(): number;
  /** Lets this answer the questions, instead of the server; `undefined` ends that. */
  intercept(listener: RequestListener | undefined): void;
  /** While down, connections end without an answer. */
  setDown(down: boolean): void;
  close(): Promise<void>;
}

const otherAudience = 'https://payments.test';
const secret = 'canary-secret-of-inventory';
const callerSecret = new Secret('secret-of-orders');
const scope = 'inventory:read';

/** Starts it. Its certificate is issued by the authority that the service trusts. */
export async function startOpaqueIssuer(authority: TestAuthority, audience: string): Promise<OpaqueIssuer> {
  const service = { clientId: 'inventory', clientSecret: new Secret(secret) };
  const server = await createTestIssuer({
    authority,
    clients: [
      { clientId: 'orders', clientSecret: callerSecret, scopes: [scope] },
      { clientId: 'orders-bound', clientSecret: callerSecret, scopes: [scope], certificateBound: true },
      // It may ask about tokens of the other service, too: what they are for is then ours to judge.
      { ...service, scopes: [], introspects: [audience, otherAudience] },
    ],
    resources: [
      { audience, scopes: [scope], tokenFormat: 'opaque' },
      { audience: otherAudience, scopes: [scope], tokenFormat: 'opaque' },
    ],
  });
  const { issuer, tokenEndpoint: url, caPem } = server;
  return {
    options: { issuer, introspection: { authentication: clientSecret(service) } },
    otherAudience,
    secret,
    token: async ({ audience: resource = audience, boundTo } = {}) => {
      const clientId = boundTo === undefined ? 'orders' : 'orders-bound';
      const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
      const body = new URLSearchParams({ grant_type: 'client_credentials', resource, scope });
      await clientSecret({ clientId, clientSecret: callerSecret }).prove({
        url,
        issuer,
        headers,
        body,
        now: Date.now(),
      });
      const fetch = trustingFetch({ ca: caPem, ...(boundTo !== undefined && { identity: boundTo }) });
      const answer = await fetch(url, { method: 'POST', headers, body: body.toString() });
      const { access_token: token } = (await answer.json()) as { readonly access_token?: string };
      if (token === undefined) throw new Error(`The issuer gave no token: ${answer.status}.`);
      return token;
    },
    revoke: (token) => server.revoke(token),
    introspections: () => server.introspections,
    intercept: (listener) => server.interceptIntrospection(listener),
    setDown: (down) => server.setOutage(down ? 'down' : undefined),
    close: () => server.close(),
  };
}
