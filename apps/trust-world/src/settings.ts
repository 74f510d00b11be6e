/**
 * What a workload of the demo is given: its identity files, the issuer, and where its neighbours live. In production
 * an orchestrator mounts these files; here the trust world writes them.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { identityFiles, Secret, trustBundleFiles, type IdentitySource, type TrustBundleSet } from '@countersign/core';
import type { OAuthClient } from './client-proof.ts';

/** A service that this one may call. */
export interface Neighbour {
  readonly baseUrl: string;
  readonly audience: string;
  /** The id its certificate must carry. */
  readonly service: string;
}

/** A bank: another trust domain, with an issuer and an authority of its own. */
export interface BankAccess {
  readonly baseUrl: string;
  readonly audience: string;
  readonly issuer: string;
  /** PEM of the authority of both. */
  readonly caFile: string;
  readonly client: OAuthClient;
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
  /** Absent when it has no business at the issuer. */
  readonly client?: OAuthClient;
  /** Tokens for it are opaque. */
  readonly opaque?: true;
  /** One key for all services, so that the pseudonym of a user is the same in every audit log. */
  readonly pseudonymKeyFile: string;
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly neighbours: Readonly<Record<string, Neighbour>>;
  /** For those that have an account. */
  readonly bank?: BankAccess;
  /** For those that send or receive messages. */
  readonly queuePort?: number;
  /** For those that send messages. */
  readonly sealKeyFile?: string;
  /** For those that receive messages: who sends them, and the public keys of each. */
  readonly producers?: Readonly<Record<string, string>>;
}

/** Settings with the files read. Certificates and authorities are read again when they are renewed. */
export interface Workload extends WorkloadSettings {
  readonly identity: IdentitySource;
  readonly trustBundles: TrustBundleSet;
  readonly pseudonymKey: Secret;
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
  const pseudonymKey = new Secret(readFileSync(settings.pseudonymKeyFile, 'utf8'));
  return { ...settings, identity, trustBundles, pseudonymKey };
}

/** What the settings must say for this workload. */
export function settingOf<N extends keyof WorkloadSettings>(
  workload: Workload,
  name: N,
): NonNullable<WorkloadSettings[N]> {
  const value = workload[name];
  if (value === undefined) throw new Error(`The settings of ${workload.service} lack ${name}.`);
  return value as NonNullable<WorkloadSettings[N]>;
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
