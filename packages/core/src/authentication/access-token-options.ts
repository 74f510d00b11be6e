/** The options of `accessToken`, checked once: those of its issuers, and those that all of them share. */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { RevocationStore } from '../store/revocation-store.ts';
import { checkIssuer, type IssuerOptions, type IssuerRecord } from '../token/issuer.ts';
import { checkIntrospections, introspectionWaivers } from '../token/introspecting-verifier.ts';
import type { RevocationSettings } from '../token/token-revocation.ts';

/** What all issuers share. */
export interface SharedTokenOptions {
  /** Where revocations are looked up, for every request. Default: nowhere. */
  readonly revocation?: RevocationStore;
  /** Lets requests pass while the revocation store cannot tell, until the waiver ends. */
  readonly allowRevocationStoreOutage?: Waiver;
}

/** One issuer, or several, each with its own keys, algorithms and audience. */
export type AccessTokenOptions = SharedTokenOptions &
  (IssuerOptions | { readonly issuers: readonly [IssuerOptions, ...IssuerOptions[]] });

/** The options after the check. */
export interface AccessTokenSettings {
  readonly records: readonly IssuerRecord[];
  readonly revocation: RevocationSettings | undefined;
  /** By option path. */
  readonly waivers: Readonly<Record<string, Waiver>>;
}

const shared = ['revocation', 'allowRevocationStoreOutage'];

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkAccessTokenOptions(given: AccessTokenOptions): AccessTokenSettings {
  const faults = new FaultCollector('accessToken');
  if (typeof given !== 'object' || given === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { issuer: "https://…" }');
    faults.throwIfAny();
  }
  // A copy without prototype: later changes of the object, and of Object.prototype, change nothing here.
  const options: AccessTokenOptions = Object.assign(Object.create(null), given);
  const revocation = checkRevocation(faults, options);
  const records = checkIssuers(faults, options);
  faults.throwIfAny();
  const waivers: Record<string, Waiver> = { ...introspectionWaivers(records) };
  for (const { issuer, allowHttp } of records) {
    if (allowHttp !== undefined) waivers[`allowHttp(${issuer})`] = allowHttp;
  }
  if (revocation?.allowOutage !== undefined) waivers['allowRevocationStoreOutage'] = revocation.allowOutage;
  return { records, revocation, waivers: Object.freeze(waivers) };
}

function checkRevocation(faults: FaultCollector, options: SharedTokenOptions): RevocationSettings | undefined {
  const { revocation: store, allowRevocationStoreOutage: allowOutage } = options;
  if (store === undefined) {
    if (allowOutage !== undefined) {
      const fix = 'name the store in revocation, or remove the waiver';
      faults.add('CONFIG_CONFLICT', 'allowRevocationStoreOutage', 'stands without a store', fix);
    }
    return undefined;
  }
  if (typeof store?.revokedUntil !== 'function') {
    faults.add('CONFIG_INVALID', 'revocation', 'is not a revocation store', 'pass createMemoryRevocationStore()');
  }
  return { store, allowOutage: allowOutage === undefined ? undefined : Object.freeze({ ...allowOutage }) };
}

function checkIssuers(faults: FaultCollector, options: AccessTokenOptions): readonly IssuerRecord[] {
  if (!('issuers' in options)) {
    const own = Object.entries(options).filter(([name]) => !shared.includes(name));
    return [checkIssuer(Object.fromEntries(own) as unknown as IssuerOptions, faults, '')];
  }
  faults.onlyKnown(options, ['issuers', ...shared]);
  const { issuers } = options;
  if (!Array.isArray(issuers) || issuers.length === 0) {
    faults.add('CONFIG_MISSING', 'issuers', 'is empty', 'name at least one issuer');
    return [];
  }
  const records = issuers.map((one, index) => checkIssuer(one, faults, `issuers[${index}].`));
  const names = new Set(records.map(({ issuer }) => issuer));
  if (names.size < records.length) {
    faults.add('CONFIG_CONFLICT', 'issuers', 'names an issuer twice', 'write one record per issuer');
  }
  checkIntrospections(faults, records);
  return records;
}
