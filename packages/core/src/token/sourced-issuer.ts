/** Judges what an issuer source answered: a record of exactly the issuer that was asked for, and one that can be used. */
import { ConfigurationError, FaultCollector } from '../errors/configuration-error.ts';
import { checkIssuer, type IssuerOptions, type IssuerRecord } from './issuer.ts';

const deepest = 8;
const identities = new WeakMap<object, symbol>();

/** Stands for one object and no other: two of one class may differ in what only the class can see. */
function identityOf(value: object): symbol {
  const known = identities.get(value) ?? Symbol('identity');
  identities.set(value, known);
  return known;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function contentsOf(value: object, depth: number): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => {
      // It keeps its state to itself, and is meant to be the same one for as long as it serves.
      const isService = name === 'authentication' && typeof inner === 'object' && inner !== null && !isPlain(inner);
      return [name, isService ? identityOf(inner) : snapshotOf(inner, depth + 1)];
    }),
  );
}

/**
 * A copy to compare with later: a source may answer the same object again, with other contents. The record counts by its
 * own members, as it is read, also when it is an entity of some class. Within it, an object of a class hides what it may
 * answer next time, so it never counts as unchanged.
 */
export function snapshotOf(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return Symbol('too deep');
  if (Array.isArray(value)) return value.map((inner) => snapshotOf(inner, depth + 1));
  return depth === 0 || isPlain(value) ? contentsOf(value, depth) : Symbol('hidden');
}

/** What a record that comes late cannot have. */
function checkLate({ allowHttp, introspection }: IssuerRecord, faults: FaultCollector): void {
  const fix = 'name this issuer in a list instead';
  // A waiver shows at start, and in the audit from then on.
  if (allowHttp !== undefined) faults.add('CONFIG_UNSAFE', 'allowHttp', 'stands in a record of an issuer source', fix);
  if (introspection?.allowMissingAudience !== undefined) {
    faults.add('CONFIG_UNSAFE', 'introspection.allowMissingAudience', 'stands in a record of an issuer source', fix);
  }
  // A token that is no JWT names no issuer that a source could be asked for.
  if (introspection?.tokens === 'opaque') {
    faults.add('CONFIG_CONFLICT', 'introspection.tokens', 'asks about tokens that name no issuer', 'write "all"');
  }
}

/** The record, or what is wrong with it. Never throws. */
export function readSourcedIssuer(issuer: string, options: IssuerOptions): IssuerRecord | ConfigurationError {
  const faults = new FaultCollector('IssuerSource');
  try {
    const record = checkIssuer(options, faults, '');
    if (!faults.any && record.issuer !== issuer) {
      const fix = 'compare the issuer to the letter, and answer undefined when there is none';
      faults.add('CONFIG_CONFLICT', 'issuer', 'is not the one that was asked for', fix);
    }
    checkLate(record, faults);
    faults.throwIfAny();
    return record;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    return new ConfigurationError('IssuerSource', [
      { code: 'CONFIG_INVALID', option: 'record', problem: 'cannot be read', fix: 'answer a plain object' },
    ]);
  }
}
