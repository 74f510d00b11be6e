/**
 * What a workload of the demo is given: its identity files, the issuer, and where its neighbours live. In production
 * an orchestrator mounts these files; here the trust world writes them.
 */
import { readFileSync } from 'node:fs';
import { Secret } from '@countersign/core';

/** A service that this one may call. */
export interface Neighbour {
  readonly baseUrl: string;
  readonly audience: string;
  /** The id its certificate must carry. */
  readonly service: string;
}

/** The settings file of one workload. Paths are absolute. */
export interface WorkloadSettings {
  readonly service: string;
  readonly audience: string;
  readonly port: number;
  readonly trustDomain: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly bundleFile: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
  /** One key for all services, so that the pseudonym of a user is the same in every audit log. */
  readonly pseudonymKeyFile: string;
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly neighbours: Readonly<Record<string, Neighbour>>;
}

/** Settings with the files read. */
export interface Workload extends WorkloadSettings {
  readonly key: Secret;
  readonly certificate: string;
  readonly bundle: string;
  readonly clientSecret: Secret;
  readonly pseudonymKey: Secret;
}

/** Reads the settings file named on the command line. */
export function readWorkload(path: string | undefined = process.argv[2]): Workload {
  if (path === undefined) throw new Error('Usage: node main.js <settings.json>');
  const settings = JSON.parse(readFileSync(path, 'utf8')) as WorkloadSettings;
  return {
    ...settings,
    key: new Secret(readFileSync(settings.keyFile, 'utf8')),
    certificate: readFileSync(settings.certificateFile, 'utf8'),
    bundle: readFileSync(settings.bundleFile, 'utf8'),
    clientSecret: new Secret(readFileSync(settings.clientSecretFile, 'utf8')),
    pseudonymKey: new Secret(readFileSync(settings.pseudonymKeyFile, 'utf8')),
  };
}

/** The neighbour of that name. */
export function neighbourOf(workload: Workload, name: string): Neighbour {
  const neighbour = workload.neighbours[name];
  if (neighbour === undefined) throw new Error(`The settings name no neighbour ${name}.`);
  return neighbour;
}

/** Tells the process that started this one that requests are served, and ends with it. */
export function announceReady(close: () => Promise<unknown>): void {
  const stop = (): void => {
    void close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
  process.send?.({ ready: true });
}
