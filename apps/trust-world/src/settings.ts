/**
 * What a workload of the demo is given: its identity files, the issuer, and where its neighbours live. In production
 * an orchestrator mounts these files; here the trust world writes them.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { identityFiles, Secret, trustBundleFiles, type IdentitySource, type TrustBundleSet } from '@countersign/core';

/** A service that this one may call. */
export interface Neighbour {
  readonly baseUrl: string;
  readonly audience: string;
  /** The id its certificate must carry. */
  readonly service: string;
}

/** How a workload that calls others is known to the issuer. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecretFile: string;
}

/** The settings file of one workload. Paths are absolute. */
export interface WorkloadSettings {
  readonly service: string;
  readonly audience: string;
  readonly trustDomain: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly bundleFile: string;
  readonly issuer: string;
  /** Absent when it calls nobody. */
  readonly client?: OAuthClient;
  /** One key for all services, so that the pseudonym of a user is the same in every audit log. */
  readonly pseudonymKeyFile: string;
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly neighbours: Readonly<Record<string, Neighbour>>;
}

/** Settings with the files read. Certificates and authorities are read again when they are renewed. */
export interface Workload extends WorkloadSettings {
  readonly identity: IdentitySource;
  readonly trustBundles: TrustBundleSet;
  readonly clientSecret: Secret | undefined;
  readonly pseudonymKey: Secret;
}

function secretIn(path: string): Secret {
  return new Secret(readFileSync(path, 'utf8'));
}

/** Reads the settings file named on the command line. From here on the process ends with the one that started it. */
export async function readWorkload(path: string | undefined = process.argv[2]): Promise<Workload> {
  process.once('disconnect', () => process.exit(0));
  if (path === undefined) throw new Error('Usage: node main.js <settings.json>');
  const settings = JSON.parse(readFileSync(path, 'utf8')) as WorkloadSettings;
  const { keyFile: key, certificateFile: certificate, trustDomain, bundleFile: pem } = settings;
  const identity = identityFiles({ key, certificate });
  const trustBundles = trustBundleFiles({ bundles: [{ trustDomain, pem }] });
  await Promise.all([identity.ready(), trustBundles.ready()]);
  return {
    ...settings,
    identity,
    trustBundles,
    clientSecret: settings.client && secretIn(settings.client.clientSecretFile),
    pseudonymKey: secretIn(settings.pseudonymKeyFile),
  };
}

/** The neighbour of that name. */
export function neighbourOf(workload: Workload, name: string): Neighbour {
  const neighbour = workload.neighbours[name];
  if (neighbour === undefined) throw new Error(`The settings name no neighbour ${name}.`);
  return neighbour;
}

/** Tells the process that started this one on which port requests are served, and ends when it says so. */
export function announceReady(server: Pick<Server, 'address'> | undefined, close: () => Promise<unknown>): void {
  process.once('SIGTERM', () => {
    void close().finally(() => process.exit(0));
  });
  const address = server?.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
}
