/** Checks whose tokens are accepted: one issuer, a list of them, or a source that knows many. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { meantBy } from '../errors/meant-by.ts';
import { isIssuerOption } from '../token/check-issuer-options.ts';
import { checkIntrospections } from '../token/introspecting-verifier.ts';
import { checkIssuer, type IssuerOptions, type IssuerRecord } from '../token/issuer.ts';
import type { IssuerCacheOptions, IssuerSource } from '../token/issuer-source.ts';
import { defaultIssuerCache, type IssuerSourceSettings } from '../token/sourced-trusts.ts';

/** Several issuers. */
export type ManyIssuers =
  | { readonly issuers: readonly [IssuerOptions, ...IssuerOptions[]]; readonly issuerCache?: never }
  | {
      /** Finds the record of an issuer when a token names it: for operators with many tenants. */
      readonly issuers: IssuerSource;
      /** How long, and how many of, its answers are remembered. */
      readonly issuerCache?: IssuerCacheOptions;
    };

/** Whose tokens are accepted: fixed records, or those of a source. */
export interface CheckedIssuers {
  /** Empty with a source. */
  readonly records: readonly IssuerRecord[];
  readonly source: IssuerSourceSettings | undefined;
}

const own = ['issuers', 'issuerCache'];
const most = { maximumIssuers: 100_000, knownSeconds: 3_600, unknownSeconds: 3_600 } as const;

/** Checks. `shared` names the options that are not about issuers. */
export function checkIssuers(faults: FaultCollector, options: object, shared: readonly string[]): CheckedIssuers {
  if (!('issuers' in options)) {
    refuseCacheWithoutSource(faults, options);
    const others = Object.entries(options).filter(([name]) => name !== 'issuerCache' && !shared.includes(name));
    const rest = others.filter(([name]) => !refuseMisspelt(faults, name, shared));
    const given = Object.fromEntries(rest) as unknown as IssuerOptions;
    return { records: [checkIssuer(given, faults, '')], source: undefined };
  }
  const known = [...own, ...shared];
  const rest = Object.keys(options).filter((name) => !refuseBesideIssuers(faults, name, known));
  faults.onlyKnown(Object.fromEntries(rest.map((name) => [name, undefined])), known);
  const { issuers, issuerCache } = options as { readonly issuers: unknown; readonly issuerCache?: unknown };
  if (isSource(issuers)) return { records: [], source: { source: issuers, limits: checkCache(faults, issuerCache) } };
  refuseCacheWithoutSource(faults, options);
  return { records: checkList(faults, issuers), source: undefined };
}

/** Names an option that is shared, but for its spelling: the issuer would not know what was meant. */
function refuseMisspelt(faults: FaultCollector, name: string, shared: readonly string[]): boolean {
  if (meantBy(name, shared) === undefined) return false;
  faults.onlyKnown({ [name]: undefined }, shared);
  return true;
}

/** Names an option of a single issuer that stands beside `issuers`: nobody could tell for which of them it is meant. */
function refuseBesideIssuers(faults: FaultCollector, name: string, known: readonly string[]): boolean {
  if (known.includes(name) || !isIssuerOption(name)) return false;
  faults.add('CONFIG_UNKNOWN_OPTION', name, 'is an option of a single issuer', 'move it into the records of issuers');
  return true;
}

function refuseCacheWithoutSource(faults: FaultCollector, options: object): void {
  if ((options as { readonly issuerCache?: unknown }).issuerCache === undefined) return;
  const fix = 'remove it: only the answers of an issuer source are remembered';
  faults.add('CONFIG_CONFLICT', 'issuerCache', 'stands without an issuer source', fix);
}

function isSource(issuers: unknown): issuers is IssuerSource {
  if (typeof issuers !== 'object' || issuers === null || Array.isArray(issuers)) return false;
  return typeof (issuers as Partial<IssuerSource>).find === 'function';
}

function checkList(faults: FaultCollector, issuers: unknown): readonly IssuerRecord[] {
  if (!Array.isArray(issuers) || issuers.length === 0) {
    const problem = Array.isArray(issuers) ? 'is empty' : 'is neither a list nor a source';
    faults.add('CONFIG_MISSING', 'issuers', problem, 'name at least one issuer, or pass { find: (issuer) => … }');
    return [];
  }
  const list: readonly IssuerOptions[] = issuers;
  const records = list.map((one, index) => checkIssuer(one, faults, `issuers[${index}].`));
  const names = new Set(records.map(({ issuer }) => issuer));
  if (names.size < records.length) {
    faults.add('CONFIG_CONFLICT', 'issuers', 'names an issuer twice', 'write one record per issuer');
  }
  checkIntrospections(faults, records);
  return records;
}

function checkCache(faults: FaultCollector, given: unknown): Required<IssuerCacheOptions> {
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    faults.add('CONFIG_INVALID', 'issuerCache', 'is no object', 'write e.g. { maximumIssuers: 1_000 }');
    return defaultIssuerCache;
  }
  // A copy without prototype: later changes of the object, and of Object.prototype, change nothing here.
  const options: IssuerCacheOptions = Object.assign(Object.create(null), given);
  faults.onlyKnown(options, Object.keys(defaultIssuerCache), 'issuerCache.');
  const limits: Required<IssuerCacheOptions> = { ...defaultIssuerCache, ...options };
  for (const name of ['maximumIssuers', 'knownSeconds', 'unknownSeconds'] as const) {
    const value: unknown = limits[name];
    if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most[name]) continue;
    faults.add('CONFIG_INVALID', `issuerCache.${name}`, 'is out of range', `write a whole number to ${most[name]}`);
  }
  return Object.freeze(limits);
}
