/** What every workload of the demo does with its settings: the service side, the TLS side, and calls to neighbours. */
import { clientCredentials, createServiceClient, mtls, type ServiceClient } from '@countersign/client';
import {
  accessToken,
  all,
  clientCertificate,
  clientSecret,
  createTlsOptions,
  jsonLines,
  type ServiceAuthOptions,
  type TlsOptions,
} from '@countersign/core';
import { neighbourOf, type Workload } from './settings.ts';

/** Accepts a caller with a certificate of the trust domain and an access token, both of the same workload. */
export function serviceOptionsOf(workload: Workload): ServiceAuthOptions {
  const { issuer, trustBundles } = workload;
  return {
    service: workload.service,
    audience: workload.audience,
    accept: [all(clientCertificate({ trustBundle: trustBundles }), accessToken({ issuer }))],
    aliases: workload.aliases,
    audit: jsonLines(process.stdout),
    privacy: { pseudonymKey: workload.pseudonymKey },
  };
}

/** Asks every client for a certificate. Permissive, so that a caller without one reads its refusal over HTTP. */
export function tlsOptionsOf({ identity, trustBundles }: Workload): TlsOptions {
  return createTlsOptions({ identity, trustBundles, clientCertificate: 'permissive' });
}

/** Calls a neighbour as this workload: its certificate on the wire, and a token of this scope for that audience. */
export function clientOf(workload: Workload, name: string, scope: string): ServiceClient {
  const { baseUrl, audience, service } = neighbourOf(workload, name);
  const { issuer, client, clientSecret: secret, identity, trustBundles } = workload;
  if (client === undefined || secret === undefined) throw new Error('The settings name no client of the issuer.');
  const clientAuthentication = clientSecret({ clientId: client.clientId, clientSecret: secret });
  return createServiceClient({
    baseUrl,
    audience,
    credentials: clientCredentials({ issuer, clientAuthentication, scope }),
    tls: mtls({ identity, server: service, trustBundle: trustBundles }),
  });
}
