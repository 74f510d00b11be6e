/**
 * Services that need a token for each call: ours, and the protocol libraries as their documentation shows them, once as
 * they are and once with the token kept in a variable until it expires, as one writes it around them.
 */
import { clientSecret, Secret, systemClock } from '@countersign/core';
import { clientCredentials, createServiceClient } from '@countersign/client';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { ClientCredentials } from 'simple-oauth2';
import { audience } from '../token-set.ts';
import { tokenPath } from './token-server.ts';

/** One call to a service: answers the token that it went with. */
export type Call = () => Promise<string>;

type MakeCall = (origin: string) => Call | Promise<Call>;

interface Granted {
  readonly access_token: string;
  readonly expires_in?: number | undefined;
}

export const clientId = 'orders';
export const secret = 'benchmark-secret-of-orders';
export const allowHttp = { reason: 'a benchmark on loopback', owner: 'bench', expires: '2099-12-31' };
const scope = 'inventory:read';

function countersign(origin: string): Call {
  let sent = '';
  const client = createServiceClient({
    baseUrl: 'https://inventory.bench.internal',
    audience,
    credentials: clientCredentials({
      issuer: origin,
      clientAuthentication: clientSecret({ clientId, clientSecret: new Secret(secret) }),
      scope,
      allowHttp,
    }),
    clock: systemClock,
    // The service is not what is measured.
    fetch: (_url, init) => {
      sent = new Headers(init?.headers).get('authorization')?.slice('Bearer '.length) ?? '';
      return Promise.resolve(new Response());
    },
  });
  return async () => {
    await client.fetch('/stock');
    return sent;
  };
}

async function oauth4webapi(origin: string): Promise<() => Promise<Granted>> {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const server = await oauth.processDiscoveryResponse(
    new URL(origin),
    await oauth.discoveryRequest(new URL(origin), insecure),
  );
  const client = { client_id: clientId };
  const authenticate = oauth.ClientSecretBasic(secret);
  return async () => {
    const parameters = new URLSearchParams({ scope, resource: audience });
    const response = await oauth.clientCredentialsGrantRequest(server, client, authenticate, parameters, insecure);
    return oauth.processClientCredentialsResponse(server, client, response);
  };
}

async function openidClient(origin: string): Promise<() => Promise<Granted>> {
  const options = { execute: [openid.allowInsecureRequests] };
  const config = await openid.discovery(new URL(origin), clientId, secret, undefined, options);
  return () => openid.clientCredentialsGrant(config, { scope, resource: audience });
}

function simpleOauth2(origin: string): () => Promise<Granted> {
  const client = new ClientCredentials({
    client: { id: clientId, secret },
    auth: { tokenHost: origin, tokenPath },
  });
  return async () => (await client.getToken({ scope })).token as unknown as Granted;
}

/** A token for each call. */
function asShown(make: (origin: string) => (() => Promise<Granted>) | Promise<() => Promise<Granted>>): MakeCall {
  return async (origin) => {
    const grant = await make(origin);
    return async () => (await grant()).access_token;
  };
}

/** The token in a variable, for as long as it lives. */
function keptByHand(make: (origin: string) => (() => Promise<Granted>) | Promise<() => Promise<Granted>>): MakeCall {
  return async (origin) => {
    const grant = await make(origin);
    let token = '';
    let expiresAt = 0;
    return async () => {
      if (Date.now() < expiresAt) return token;
      const { access_token: fresh, expires_in: seconds = 0 } = await grant();
      token = fresh;
      expiresAt = Date.now() + seconds * 1000;
      return token;
    };
  };
}

/** The rows. */
export const tokenClients = {
  countersign,
  'oauth4webapi, by hand': asShown(oauth4webapi),
  'oauth4webapi, token in a variable': keptByHand(oauth4webapi),
  'openid-client': asShown(openidClient),
  'openid-client, token in a variable': keptByHand(openidClient),
  'simple-oauth2': asShown(simpleOauth2),
  'simple-oauth2, token in a variable': keptByHand(simpleOauth2),
} as const satisfies Record<string, MakeCall>;

export type TokenClientRow = keyof typeof tokenClients;
