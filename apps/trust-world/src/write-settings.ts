/** Writes the settings of a service, once the addresses of those it calls are known. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { audienceOf, cast, roleNames, spiffeIdOf, trustDomain, type RoleName } from './cast.ts';
import type { OAuthClient } from './client-proof.ts';
import type { BankAccess, Neighbour, WorkloadSettings } from './settings.ts';
import type { WorldDescription } from './world.ts';
import { identityFiles, worldFiles, writePrivate } from './world-files.ts';

/** What the settings are made from. */
export interface SettingsInput {
  readonly directory: string;
  readonly description: WorldDescription;
  /** Addresses of the services that run already. */
  readonly baseUrls: ReadonlyMap<RoleName, string>;
  readonly queuePort: number;
}

function neighboursOf(name: RoleName, baseUrls: SettingsInput['baseUrls']): Record<string, Neighbour> {
  const neighbours: Record<string, Neighbour> = {};
  for (const called of cast[name].calls ?? []) {
    const baseUrl = baseUrls.get(called);
    if (baseUrl === undefined) throw new Error(`${name} calls ${called}, which does not run yet.`);
    neighbours[called] = { baseUrl, audience: audienceOf(called), service: spiffeIdOf(called) };
  }
  return neighbours;
}

/** What a workload is to the issuer. */
export function oauthClientOf(directory: string, name: RoleName): OAuthClient | undefined {
  const { proves } = cast[name];
  const { clientKey, clientSecret } = identityFiles(directory, name);
  if (proves === undefined) return undefined;
  if (proves === 'certificate') return { clientId: name, proves };
  return { clientId: name, proves, file: proves === 'key' ? clientKey : clientSecret };
}

/** What the bank has told, and the key that it knows payments by. */
function bankAccess(directory: string): BankAccess {
  const folder = worldFiles(directory).bank;
  const told = JSON.parse(readFileSync(join(folder, 'bank.json'), 'utf8')) as Omit<BankAccess, 'client' | 'caFile'>;
  const file = identityFiles(directory, 'payments').bankKey;
  return { ...told, caFile: join(folder, 'ca.pem'), client: { clientId: 'demo-payments', proves: 'key', file } };
}

/** What only some need. */
function furtherSettings(name: RoleName, { directory, queuePort }: SettingsInput): Partial<WorkloadSettings> {
  const { sealKey: sealKeyFile, sealJwks } = identityFiles(directory, 'orders');
  if (name === 'orders') return { queuePort, sealKeyFile };
  if (name === 'notifications') return { queuePort, producers: { [spiffeIdOf('orders')]: sealJwks } };
  return name === 'payments' ? { bank: bankAccess(directory) } : {};
}

/** Writes the file. Answers its path. */
export function writeSettings(name: RoleName, input: SettingsInput): string {
  const { directory, description, baseUrls } = input;
  const own = identityFiles(directory, name);
  const shared = worldFiles(directory);
  const { issuer } = description;
  const client = oauthClientOf(directory, name);
  // The certificate and the OAuth client of one workload carry different names: this joins them.
  const aliases = roleNames.map((role) => [spiffeIdOf(role), [`oauth:${issuer}#${role}`]] as const);
  const settings: WorkloadSettings = {
    service: spiffeIdOf(name),
    audience: audienceOf(name),
    trustDomain,
    keyFile: own.key,
    certificateFile: own.certificate,
    bundleFile: shared.ca,
    issuer,
    ...(client !== undefined && { client }),
    ...(cast[name].opaque === true && { opaque: true }),
    pseudonymKeyFile: shared.pseudonymKey,
    aliases: Object.fromEntries(aliases),
    neighbours: neighboursOf(name, baseUrls),
    ...furtherSettings(name, input),
  };
  writePrivate(own.settings, JSON.stringify(settings, null, 2));
  return own.settings;
}
