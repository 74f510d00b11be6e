/**
 * The options of a service from documented environment variables, for deployments that configure by environment. It is
 * asked for by name: nothing else in the library reads the environment behind the operator's back.
 */
import { readFileSync } from 'node:fs';
import { all, type Acceptable } from '../authentication/accept.ts';
import { accessToken } from '../authentication/access-token.ts';
import { clientCertificate } from '../authentication/client-certificate.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import { trustBundle } from '../certificate/trust-bundle.ts';
import type { ServiceAuthOptions } from '../enforcement/options.ts';

/** What the environment can say; `audit` and everything else is said in code. */
export type OptionsFromEnvironment = Pick<ServiceAuthOptions, 'service' | 'audience' | 'accept'>;

/** The variables. */
export const environmentVariables = {
  service: 'COUNTERSIGN_SERVICE',
  audience: 'COUNTERSIGN_AUDIENCE',
  issuer: 'COUNTERSIGN_ISSUER',
  trustDomain: 'COUNTERSIGN_TRUST_DOMAIN',
  trustBundleFile: 'COUNTERSIGN_TRUST_BUNDLE_FILE',
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables. An issuer alone accepts access tokens, a trust domain with its bundle file alone accepts client
 * certificates, and both together demand both on one request.
 * @throws {ConfigurationError} with every fault, named by variable.
 */
export function fromEnvironment(environment: Environment = process.env): OptionsFromEnvironment {
  const faults = new FaultCollector('fromEnvironment');
  const known: readonly string[] = Object.values(environmentVariables);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('COUNTERSIGN_') || known.includes(name)) continue;
    faults.add('CONFIG_UNKNOWN_OPTION', name, 'is not a variable', `remove it; known: ${known.join(', ')}`);
  }
  const read = (name: keyof typeof environmentVariables): string | undefined =>
    environment[environmentVariables[name]] || undefined;
  const service = read('service') ?? missing(faults, 'service', 'write e.g. spiffe://prod.example/inventory');
  const audience = read('audience') ?? missing(faults, 'audience', 'write the text that tokens carry in aud');
  const token = faults.attempt(environmentVariables.issuer, () => tokenOf(read('issuer')));
  const certificate = faults.attempt(environmentVariables.trustBundleFile, () => certificateOf(faults, environment));
  const says = (['issuer', 'trustDomain', 'trustBundleFile'] as const).some((name) => read(name) !== undefined);
  if (!says) {
    const fix = 'set COUNTERSIGN_ISSUER, or COUNTERSIGN_TRUST_DOMAIN with COUNTERSIGN_TRUST_BUNDLE_FILE, or all three';
    missing(faults, 'issuer', fix);
  }
  faults.throwIfAny();
  return { service, audience, accept: [acceptOf(certificate, token)] };
}

function missing(faults: FaultCollector, name: keyof typeof environmentVariables, fix: string): string {
  faults.add('CONFIG_MISSING', environmentVariables[name], 'is not set', fix);
  return '';
}

function tokenOf(issuer: string | undefined): Authenticator | undefined {
  return issuer === undefined ? undefined : accessToken({ issuer });
}

function certificateOf(faults: FaultCollector, environment: Environment): Authenticator | undefined {
  const { trustDomain: domainVariable, trustBundleFile: fileVariable } = environmentVariables;
  const trustDomain = environment[domainVariable] || undefined;
  const file = environment[fileVariable] || undefined;
  if (trustDomain === undefined && file === undefined) return undefined;
  if (trustDomain === undefined) missing(faults, 'trustDomain', 'write e.g. prod.example, or unset the bundle file');
  if (file === undefined) missing(faults, 'trustBundleFile', 'name the PEM file of the CA certificates');
  if (trustDomain === undefined || file === undefined) return undefined;
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch {
    faults.add('CONFIG_INVALID', fileVariable, 'names a file that cannot be read', 'check path and permissions');
    return undefined;
  }
  return clientCertificate({ trustBundle: trustBundle({ trustDomain, pem }) });
}

function acceptOf(certificate: Authenticator | undefined, token: Authenticator | undefined): Acceptable {
  if (certificate !== undefined && token !== undefined) return all(certificate, token);
  return (certificate ?? token) as Authenticator;
}
