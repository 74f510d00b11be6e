/** What every workload of the demo does with its settings: the service side, the TLS side, and calls to neighbours. */
import {
  clientCredentials,
  mtls,
  serverTls,
  tokenExchange,
  type ServiceClientOptions,
  type TokenEndpointOptions,
} from '@countersign/client';
import {
  accessToken,
  all,
  clientCertificate,
  createTlsOptions,
  jsonLines,
  type ServiceAuthOptions,
  type TlsOptions,
} from '@countersign/core';
import type { ScopesWithin } from './cast.ts';
import { clientProofOf } from './client-proof.ts';
import { neighbourOf, settingOf, type Workload } from './settings.ts';

/** What every service of the demo says about itself, however it is called. */
export function serviceNameOf(workload: Workload): Omit<ServiceAuthOptions, 'accept'> {
  return {
    service: workload.service,
    audience: workload.audience,
    aliases: workload.aliases,
    audit: jsonLines(process.stdout),
    privacy: { pseudonymKey: workload.pseudonymKey },
  };
}

/** Accepts a caller with a certificate of the trust domain and an access token, both of the same workload. */
export function serviceOptionsOf(workload: Workload): ServiceAuthOptions {
  const { issuer, trustBundles, opaque } = workload;
  const asked = opaque === true && { introspection: { authentication: clientProofOf(settingOf(workload, 'client')) } };
  return {
    ...serviceNameOf(workload),
    accept: [all(clientCertificate({ trustBundle: trustBundles }), accessToken({ issuer, ...asked }))],
  };
}

/** Asks every client for a certificate. Permissive, so that a caller without one reads its refusal over HTTP. */
export function tlsOptionsOf({ identity, trustBundles }: Workload): TlsOptions {
  return createTlsOptions({ identity, trustBundles, clientCertificate: 'permissive' });
}

/** Where it gets tokens, and how it proves itself there. */
function issuerOf(workload: Workload): TokenEndpointOptions {
  const { issuer, identity } = workload;
  const client = settingOf(workload, 'client');
  const clientAuthentication = clientProofOf(client);
  if (client.proves !== 'certificate') return { issuer, clientAuthentication };
  return { issuer, clientAuthentication, tls: serverTls({ identity }), certificateBound: true };
}

/** A neighbour, with this workload's certificate on the wire. */
function wireTo(workload: Workload, name: string): ServiceClientOptions {
  const { baseUrl, audience, service } = neighbourOf(workload, name);
  const { identity, trustBundles: trustBundle } = workload;
  return { baseUrl, audience, tls: mtls({ identity, server: service, trustBundle }) };
}

/** How to call a neighbour as this workload, with a token of this scope. */
export function clientOptionsOf(workload: Workload, name: string, scope: string): ServiceClientOptions {
  return { ...wireTo(workload, name), credentials: clientCredentials({ ...issuerOf(workload), scope }) };
}

/** How to call one for users, with tokens that are exchanged for theirs; `within` says what users must have granted. */
export function delegateOptionsOf(workload: Workload, name: string, within: ScopesWithin): ServiceClientOptions {
  const scope = Object.keys(within).join(' ');
  return { ...wireTo(workload, name), onBehalfOf: tokenExchange({ ...issuerOf(workload), scope, within }) };
}

/** The status for our own caller, after the answer of a neighbour. It did nothing wrong when the neighbour refuses us. */
export function statusAfter({ status }: { readonly status: number }): number {
  return status === 401 || status === 403 ? 502 : status;
}
