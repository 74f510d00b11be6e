/** Judges what an issuer source answered: a record of exactly the issuer that was asked for, and one that can be used. */
import { ConfigurationError, FaultCollector } from '../errors/configuration-error.ts';
import { checkIssuer, type IssuerOptions, type IssuerRecord } from './issuer.ts';

/** A plain copy to compare with later: a source may answer the same object again, with other contents. */
export function snapshotOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snapshotOf);
  if (typeof value !== 'object' || value === null) return value;
  // Objects with a class of their own, such as a client authentication, are compared by identity.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, snapshotOf(inner)]));
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
    // A waiver shows at start, and so does whom we send tokens to. Records that come later can do neither.
    for (const name of ['allowHttp', 'introspection'] as const) {
      if (record[name] === undefined) continue;
      faults.add('CONFIG_UNSAFE', name, 'stands in a record of an issuer source', 'name this issuer in a list instead');
    }
    faults.throwIfAny();
    return record;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    return new ConfigurationError('IssuerSource', [
      { code: 'CONFIG_INVALID', option: 'record', problem: 'cannot be read', fix: 'answer a plain object' },
    ]);
  }
}
