/** Writes the settings of a service, once the addresses of those it calls are known. */
import { audienceOf, cast, roleNames, spiffeIdOf, trustDomain, type RoleName } from './cast.ts';
import type { Neighbour, WorkloadSettings } from './settings.ts';
import { identityFiles, worldFiles, writePrivate, type WorldDescription } from './world.ts';

/** What the settings are made from. */
export interface SettingsInput {
  readonly directory: string;
  readonly description: WorldDescription;
  /** Addresses of the services that run already. */
  readonly baseUrls: ReadonlyMap<RoleName, string>;
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

/** Writes the file. Answers its path. */
export function writeSettings(name: RoleName, { directory, description, baseUrls }: SettingsInput): string {
  const own = identityFiles(directory, name);
  const shared = worldFiles(directory);
  const { issuer } = description;
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
    ...(cast[name].asks !== undefined && { client: { clientId: name, clientSecretFile: own.clientSecret } }),
    pseudonymKeyFile: shared.pseudonymKey,
    aliases: Object.fromEntries(aliases),
    neighbours: neighboursOf(name, baseUrls),
  };
  writePrivate(own.settings, JSON.stringify(settings, null, 2));
  return own.settings;
}
