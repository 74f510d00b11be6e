/**
 * An issuer as the operator configures it: a record of trust. Keys, algorithms, audience and claims of one record
 * never serve another.
 */
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import { algorithmNames, isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import type { KeySet } from '../signature/key-set.ts';
import { checkIssuerKeys } from './issuer-keys.ts';
import { isHttpsOrigin, urlProblem } from './issuer-url.ts';
import { accessTokenProfile, type TokenProfile } from './profile.ts';

/** Options of one issuer. */
export interface IssuerOptions {
  /** The issuer identifier, exactly as tokens carry it in `iss`. */
  readonly issuer: string;
  /** Address of the JWKS. Default: the one the issuer's metadata names. */
  readonly jwksUri?: string;
  /** Keys given here instead of fetched: a JWKS document. */
  readonly jwks?: { readonly keys: readonly object[] };
  /** Which metadata document to read: OpenID Connect Discovery (default) or RFC 8414. */
  readonly discovery?: 'openid' | 'oauth';
  /** Other origins that the metadata may name for its JWKS, e.g. `https://keys.example`. */
  readonly jwksOrigins?: readonly string[];
  /** Audience of this issuer's tokens for this service. Default: the `audience` of the service. */
  readonly audience?: string | readonly [string, ...string[]];
  /** Accept tokens with several audiences, ours among them. Default `false`. */
  readonly multipleAudiences?: boolean;
  /** Accepted algorithms. Default: RS256, PS256, ES256, Ed25519 and its older name EdDSA. */
  readonly algorithms?: readonly [Algorithm, ...Algorithm[]];
  /** Longest accepted life of a token, in seconds. Default 900. */
  readonly maxLifetimeSeconds?: number;
  /** Tolerated difference of clocks, in seconds. Default 30, at most 300. */
  readonly clockToleranceSeconds?: number;
  /** Claim that names the calling client. Default `client_id`. */
  readonly callerClaim?: string;
  /** Claim that names the tenant. Default: none, so that no claim makes a tenant by accident. */
  readonly tenantClaim?: string;
  /** Claim that lists roles. Default `roles`. */
  readonly rolesClaim?: string;
  /** Permits an issuer on plain http, until the waiver ends. */
  readonly allowHttp?: Waiver;
}

/** An issuer after the check. */
export interface IssuerRecord {
  readonly issuer: string;
  readonly profile: TokenProfile;
  readonly keySet: KeySet | undefined;
  readonly jwksUri: string | undefined;
  readonly discovery: 'openid' | 'oauth';
  readonly jwksOrigins: readonly string[];
  readonly audience: readonly string[] | undefined;
  readonly multipleAudiences: boolean;
  readonly algorithms: ReadonlySet<Algorithm>;
  readonly maxLifetimeSeconds: number;
  readonly clockToleranceSeconds: number;
  readonly callerClaim: string;
  readonly tenantClaim: string | undefined;
  readonly rolesClaim: string;
  readonly allowHttp: Waiver | undefined;
}

const known = [
  'issuer',
  'jwksUri',
  'jwks',
  'discovery',
  'jwksOrigins',
  'audience',
  'multipleAudiences',
  'algorithms',
  'maxLifetimeSeconds',
  'clockToleranceSeconds',
  'callerClaim',
  'tenantClaim',
  'rolesClaim',
  'allowHttp',
];

const defaultAlgorithms: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'];
const defaultToleranceSeconds = 30;
const maximumToleranceSeconds = 300;
const longestLifetimeSeconds = 31_536_000;

function checkSeconds(
  faults: FaultCollector,
  option: string,
  range: { value: number; least: number; most: number },
): void {
  const { value, least, most } = range;
  if (typeof value === 'number' && value >= least && value <= most) return;
  faults.add('CONFIG_INVALID', option, 'is out of range', `write a number of seconds from ${least} to ${most}`);
}

function checkClaims(faults: FaultCollector, prefix: string, options: IssuerOptions): void {
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

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function checkAlgorithms(faults: FaultCollector, prefix: string, names: readonly unknown[]): void {
  if (Array.isArray(names) && names.length > 0 && names.every(isAlgorithm)) return;
  const fix = `name some of ${algorithmNames.join(', ')}`;
  faults.add('CONFIG_INVALID', `${prefix}algorithms`, 'names an algorithm that is not accepted', fix);
}

function checkAddresses(faults: FaultCollector, prefix: string, options: IssuerOptions): void {
  const { issuer, jwks, jwksUri, jwksOrigins = [] } = options;
  const mayBeHttp = options.allowHttp !== undefined;
  const issuerProblem = urlProblem(issuer, mayBeHttp) ?? (issuer.includes('?') ? 'has a query' : undefined);
  if (issuerProblem !== undefined) {
    const fix = 'write the https URL that tokens carry in iss; plain http takes the waiver allowHttp';
    faults.add('CONFIG_INVALID', `${prefix}issuer`, issuerProblem, fix);
  }
  const jwksProblem = jwksUri === undefined ? undefined : urlProblem(jwksUri, mayBeHttp);
  if (jwksProblem !== undefined) {
    faults.add('CONFIG_INVALID', `${prefix}jwksUri`, jwksProblem, 'write the https URL of the JWKS');
  }
  if (jwks !== undefined && jwksUri !== undefined) {
    faults.add('CONFIG_CONFLICT', `${prefix}jwks`, 'stands beside jwksUri', 'give keys, or say where they are');
  }
  if (!Array.isArray(jwksOrigins) || !jwksOrigins.every(isHttpsOrigin)) {
    faults.add(
      'CONFIG_INVALID',
      `${prefix}jwksOrigins`,
      'are not https origins',
      'write e.g. ["https://keys.example"]',
    );
  }
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  return Object.freeze(Array.isArray(value) ? [...value] : value === undefined ? [] : [value as T]);
}

/** Checks the options of an issuer and makes the record. `prefix` is the option path, with its dot. */
export function checkIssuer(given: IssuerOptions, faults: FaultCollector, prefix: string): IssuerRecord {
  // A copy without prototype: later changes of the object, and of Object.prototype, change nothing here.
  const options: IssuerOptions = Object.assign(Object.create(null), typeof given === 'object' ? given : {});
  faults.onlyKnown(options, known, prefix);
  checkAddresses(faults, prefix, options);
  const { algorithms = defaultAlgorithms, allowHttp, audience } = options;
  checkAlgorithms(faults, prefix, algorithms);
  checkClaims(faults, prefix, options);
  const clockToleranceSeconds = options.clockToleranceSeconds ?? defaultToleranceSeconds;
  const maxLifetimeSeconds = options.maxLifetimeSeconds ?? accessTokenProfile.maxLifetimeSeconds;
  const toleranceRange = { value: clockToleranceSeconds, least: 0, most: maximumToleranceSeconds };
  checkSeconds(faults, `${prefix}clockToleranceSeconds`, toleranceRange);
  const lifetimeRange = { value: maxLifetimeSeconds, least: 1, most: longestLifetimeSeconds };
  checkSeconds(faults, `${prefix}maxLifetimeSeconds`, lifetimeRange);
  return Object.freeze({
    issuer: options.issuer,
    profile: accessTokenProfile,
    keySet: checkIssuerKeys(faults, prefix, options.jwks),
    jwksUri: options.jwksUri,
    discovery: options.discovery ?? 'openid',
    jwksOrigins: listOf(options.jwksOrigins),
    audience: audience === undefined ? undefined : listOf<string>(audience),
    multipleAudiences: options.multipleAudiences === true,
    algorithms: new Set(listOf(algorithms)),
    maxLifetimeSeconds,
    clockToleranceSeconds,
    callerClaim: options.callerClaim ?? 'client_id',
    tenantClaim: options.tenantClaim,
    rolesClaim: options.rolesClaim ?? 'roles',
    allowHttp: allowHttp === undefined ? undefined : Object.freeze({ ...allowHttp }),
  });
}
