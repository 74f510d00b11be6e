/**
 * An issuer as the operator configures it: a record of trust. Keys, algorithms, audience and claims of one record
 * never serve another.
 */
import { checkSeconds } from '../errors/check-seconds.ts';
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { Algorithm } from '../signature/algorithms.ts';
import type { KeySet } from '../signature/key-set.ts';
import {
  checkAddresses,
  checkAlgorithms,
  checkClaims,
  checkKnown,
  checkOneSource,
  checkOwn,
  listOf,
  type IssuerCheck,
} from './check-issuer-options.ts';
import { checkIntrospection, type IntrospectionSettings } from './introspection-options.ts';
import { checkIssuerKeys } from './issuer-keys.ts';
import type { AnyIssuerOptions, IssuerOptions } from './issuer-options.ts';
import type { JwtBundleSource } from './jwt-bundle-source.ts';
import { trustDomainIssuer } from './jwt-svid-profile.ts';
import type { TokenProfile } from './profile.ts';
import { isProfileName, profiles } from './profiles.ts';

export type { IssuerOptions } from './issuer-options.ts';

/** An issuer after the check. */
export interface IssuerRecord {
  /** The `iss` of its tokens; with JWT-SVIDs the SPIFFE ID of the trust domain. */
  readonly issuer: string;
  readonly profile: TokenProfile;
  readonly keySet: KeySet | undefined;
  readonly jwksFile: string | undefined;
  /** Where the bundle of a trust domain comes from, and the name of the domain. */
  readonly bundle: JwtBundleSource | undefined;
  readonly trustDomain: string | undefined;
  readonly jwksUri: string | undefined;
  readonly discovery: 'openid' | 'oauth';
  readonly jwksOrigins: readonly string[];
  readonly audience: readonly string[] | undefined;
  readonly multipleAudiences: boolean;
  readonly algorithms: ReadonlySet<Algorithm>;
  readonly maxLifetimeSeconds: number;
  readonly clockToleranceSeconds: number;
  readonly callerClaim: string;
  /** Other claims that may name the caller, and must then agree. */
  readonly otherCallerClaims: readonly string[];
  readonly tenantClaim: string | undefined;
  readonly rolesClaim: string;
  readonly introspection: IntrospectionSettings | undefined;
  /** The clients whose tokens are accepted, where tokens name no audience. */
  readonly clientIds: readonly string[] | undefined;
  /** Name of the Kubernetes cluster. */
  readonly cluster: string | undefined;
  /** The one workload the issuer may speak for. */
  readonly workload: string | undefined;
  readonly allowHttp: Waiver | undefined;
}

const defaultToleranceSeconds = 30;
const maximumToleranceSeconds = 300;
const longestLifetimeSeconds = 31_536_000;

function profileOf(name: unknown, faults: FaultCollector, prefix: string): TokenProfile {
  if (name === undefined) return profiles['at+jwt'];
  if (isProfileName(name)) return profiles[name];
  const fix = `name one of ${Object.keys(profiles).join(', ')}`;
  faults.add('CONFIG_INVALID', `${prefix}profile`, 'is not the name of a profile', fix);
  return profiles['at+jwt'];
}

/** Those given, even where they are wrong: `null` asks for nothing and must not become the default. */
function algorithmsOf({ algorithms }: AnyIssuerOptions, profile: TokenProfile): readonly Algorithm[] {
  return algorithms === undefined ? profile.algorithms : algorithms;
}

function checkAll(check: IssuerCheck): void {
  const { options, faults, prefix, profile } = check;
  checkKnown(check);
  if (profile.name !== 'jwt-svid') checkAddresses(check);
  checkOneSource(check);
  checkOwn(check);
  checkAlgorithms(check, algorithmsOf(options, profile));
  checkClaims(check);
  const tolerance = options.clockToleranceSeconds ?? defaultToleranceSeconds;
  const toleranceRange = { value: tolerance, least: 0, most: maximumToleranceSeconds };
  checkSeconds(faults, `${prefix}clockToleranceSeconds`, toleranceRange);
  const lifetime = options.maxLifetimeSeconds ?? profile.maxLifetimeSeconds;
  checkSeconds(faults, `${prefix}maxLifetimeSeconds`, { value: lifetime, least: 1, most: longestLifetimeSeconds });
}

/** Checks the options of an issuer and makes the record. `prefix` is the option path, with its dot. */
export function checkIssuer(given: IssuerOptions, faults: FaultCollector, prefix: string): IssuerRecord {
  // A copy without prototype: later changes of the object, and of Object.prototype, change nothing here.
  const options: AnyIssuerOptions = Object.assign(Object.create(null), typeof given === 'object' ? given : {});
  const profile = profileOf(options.profile, faults, prefix);
  checkAll({ options, faults, prefix, profile });
  const { allowHttp, audience, callerClaim, clientIds, trustDomain } = options;
  const [profileClaim = 'sub', ...otherClaims] = profile.callerClaims;
  return Object.freeze<IssuerRecord>({
    issuer: profile.name === 'jwt-svid' ? trustDomainIssuer(String(trustDomain)) : (options.issuer as string),
    profile,
    keySet: checkIssuerKeys(faults, options, { prefix, profile }),
    jwksFile: options.jwksFile,
    bundle: options.bundle,
    trustDomain,
    jwksUri: options.jwksUri,
    discovery: options.discovery ?? 'openid',
    jwksOrigins: listOf(options.jwksOrigins),
    audience: audience === undefined ? undefined : listOf<string>(audience),
    multipleAudiences: options.multipleAudiences ?? profile.multipleAudiences ?? false,
    algorithms: new Set(listOf(algorithmsOf(options, profile))),
    maxLifetimeSeconds: options.maxLifetimeSeconds ?? profile.maxLifetimeSeconds,
    clockToleranceSeconds: options.clockToleranceSeconds ?? defaultToleranceSeconds,
    callerClaim: callerClaim ?? profileClaim,
    otherCallerClaims: callerClaim === undefined ? Object.freeze(otherClaims) : Object.freeze([]),
    tenantClaim: options.tenantClaim,
    rolesClaim: options.rolesClaim ?? 'roles',
    introspection: checkIntrospection(options.introspection, faults, { prefix, mayBeHttp: allowHttp !== undefined }),
    clientIds: clientIds === undefined ? undefined : listOf<string>(clientIds),
    cluster: options.cluster,
    workload: options.workload,
    allowHttp: allowHttp === undefined ? undefined : Object.freeze({ ...allowHttp }),
  });
}
