/** Checks the single options of an issuer. Every fault is collected; what a profile does not know is unknown. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { isTrustDomain } from '../identity/trust-domain.ts';
import { isWorkloadId } from '../identity/workload-id.ts';
import { algorithmNames, isAlgorithm } from '../signature/algorithms.ts';
import type { AnyIssuerOptions } from './issuer-options.ts';
import { isHttpsOrigin, urlProblem } from './issuer-url.ts';
import type { TokenProfile } from './profile.ts';

/** The options under check. */
export interface IssuerCheck {
  readonly options: AnyIssuerOptions;
  readonly faults: FaultCollector;
  /** Option path, with its dot. */
  readonly prefix: string;
  readonly profile: TokenProfile;
}

const judgement = [
  'profile',
  'audience',
  'multipleAudiences',
  'algorithms',
  'maxLifetimeSeconds',
  'clockToleranceSeconds',
  'jwks',
  'jwksFile',
];
const named = ['issuer', 'jwksUri', 'pem', 'discovery', 'jwksOrigins', 'allowHttp'];
const granting = ['callerClaim', 'tenantClaim', 'rolesClaim', 'introspection'];

const single = new Set([...judgement, ...named, ...granting, 'trustDomain', 'cluster', 'workload', 'clientIds']);

/** Whether any profile knows this option. */
export function isIssuerOption(name: string): boolean {
  return single.has(name);
}

/** The options a profile has of its own. */
function ownOptionsOf({ name, grants }: TokenProfile): readonly string[] {
  if (name === 'jwt-svid') return ['trustDomain', 'bundle'];
  if (name === 'kubernetes') return [...named, 'cluster'];
  if (name === 'service-jwt') return [...named, 'workload'];
  if (name === 'cognito') return [...named, ...granting, 'clientIds'];
  return grants ? [...named, ...granting] : named;
}

/** Names every option that the profile does not know. */
export function checkKnown({ options, faults, prefix, profile }: IssuerCheck): void {
  faults.onlyKnown(options, [...judgement, ...ownOptionsOf(profile)], prefix);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** A value, or a list of them, as a frozen list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  return Object.freeze(Array.isArray(value) ? [...value] : value === undefined ? [] : [value as T]);
}

/** Checks what the options say about claims. */
export function checkClaims({ options, faults, prefix }: IssuerCheck): void {
  for (const name of ['callerClaim', 'tenantClaim', 'rolesClaim'] as const) {
    const value = options[name];
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      faults.add('CONFIG_INVALID', `${prefix}${name}`, 'is not the name of a claim', 'write e.g. "azp"');
    }
  }
  const audience = listOf<unknown>(options.audience);
  if (options.audience !== undefined && !(audience.length > 0 && audience.every(isText))) {
    faults.add('CONFIG_INVALID', `${prefix}audience`, 'names no audience', 'write the exact text tokens carry in aud');
  }
  if (options.multipleAudiences !== undefined && typeof options.multipleAudiences !== 'boolean') {
    faults.add('CONFIG_INVALID', `${prefix}multipleAudiences`, 'is not true or false', 'write true or false');
  }
  if (options.discovery !== undefined && options.discovery !== 'openid' && options.discovery !== 'oauth') {
    faults.add('CONFIG_INVALID', `${prefix}discovery`, 'is not understood', 'write "openid" or "oauth"');
  }
}

/** What to write instead of a wrong list of algorithms. */
export const algorithmsFix = `list some of ${algorithmNames.join(', ')}`;

/** What is wrong with algorithms that are not a list of accepted ones. */
export function algorithmsProblem(names: unknown): string {
  if (!Array.isArray(names)) return 'are not a list';
  return names.length === 0 ? 'are empty' : 'name an algorithm that is not accepted';
}

/** Checks the list of algorithms. */
export function checkAlgorithms({ faults, prefix }: IssuerCheck, names: readonly unknown[]): void {
  if (Array.isArray(names) && names.length > 0 && names.every(isAlgorithm)) return;
  faults.add('CONFIG_INVALID', `${prefix}algorithms`, algorithmsProblem(names), algorithmsFix);
}

/** Checks where the issuer and its keys are. */
export function checkAddresses({ options, faults, prefix }: IssuerCheck): void {
  const { issuer, jwksUri, jwksOrigins = [] } = options;
  const mayBeHttp = options.allowHttp !== undefined;
  const issuerProblem = urlProblem(issuer, mayBeHttp) ?? (issuer?.includes('?') === true ? 'has a query' : undefined);
  if (issuerProblem !== undefined) {
    faults.add(
      'CONFIG_INVALID',
      `${prefix}issuer`,
      issuerProblem,
      'write the https URL that tokens carry in iss; plain http takes the waiver allowHttp',
    );
  }
  const jwksProblem = jwksUri === undefined ? undefined : urlProblem(jwksUri, mayBeHttp);
  if (jwksProblem !== undefined) {
    faults.add('CONFIG_INVALID', `${prefix}jwksUri`, jwksProblem, 'write the https URL of the JWKS');
  }
  if (!Array.isArray(jwksOrigins) || !jwksOrigins.every(isHttpsOrigin)) {
    const fix = 'write e.g. ["https://keys.example"]';
    faults.add('CONFIG_INVALID', `${prefix}jwksOrigins`, 'are not https origins', fix);
  }
}

/** Keys come from one place. */
export function checkOneSource({ options, faults, prefix }: IssuerCheck): void {
  const [first, ...others] = (['jwks', 'pem', 'jwksFile', 'jwksUri', 'bundle'] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (others.length === 0) return;
  const fix = 'give keys, or say where they are';
  faults.add('CONFIG_CONFLICT', `${prefix}${first}`, `stands beside ${others.join(' and ')}`, fix);
}

// Visible ASCII without the slash that ends the name of the cluster.
const clusterName = /^[\x21-\x2e\x30-\x7e]{1,128}$/;

/** Checks what the profile alone requires. */
export function checkOwn({ options, faults, prefix, profile }: IssuerCheck): void {
  const { trustDomain, cluster, workload, clientIds } = options;
  const demand = (name: 'trustDomain' | 'cluster' | 'workload' | 'clientIds', good: boolean, fix: string): void => {
    if (good) return;
    const problem = options[name] === undefined ? 'is required by' : 'is not what is asked for by';
    faults.add('CONFIG_INVALID', `${prefix}${name}`, `${problem} the profile ${profile.name}`, fix);
  };
  if (profile.name === 'jwt-svid') {
    demand('trustDomain', isTrustDomain(trustDomain), 'write its name alone, e.g. "prod.example"');
  } else if (profile.name === 'kubernetes') {
    const good = typeof cluster === 'string' && clusterName.test(cluster);
    demand('cluster', good, 'write a name for the cluster, e.g. "prod-eu", without a slash');
  } else if (profile.name === 'service-jwt') {
    const good = typeof workload === 'string' && isWorkloadId(workload);
    demand('workload', good, 'write the id of the one workload it speaks for, e.g. "spiffe://prod.example/orders"');
  } else if (profile.name === 'cognito') {
    const good = Array.isArray(clientIds) && clientIds.length > 0 && clientIds.every(isText);
    demand('clientIds', good, 'list the app clients whose tokens are accepted');
  }
}
