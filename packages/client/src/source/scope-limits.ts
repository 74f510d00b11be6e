/**
 * Downscoping, before anything is sent: what is asked for lies within what the subject has granted already. Not every
 * issuer narrows by itself: some add scopes that the token of the subject does not have.
 */
import { parseScopes, type FaultCollector, type ScopeSet } from '@countersign/core';

/** For a scope, the scopes of the subject of which one covers it. */
export type Within = ReadonlyMap<string, readonly string[]>;

function isScopeList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isScope(one));
}

function isScope(value: unknown): boolean {
  return typeof value === 'string' && parseScopes(value)?.size === 1;
}

/** Checks the option `within`. */
export function checkWithin(faults: FaultCollector, scopes: readonly string[], within: unknown): Within {
  if (within === undefined) return new Map();
  if (typeof within !== 'object' || within === null || Array.isArray(within)) {
    faults.add('CONFIG_INVALID', 'within', 'is not an object', 'write e.g. { "payments:charge": ["checkout:write"] }');
    return new Map();
  }
  const limits = new Map<string, readonly string[]>();
  for (const [scope, covering] of Object.entries(within)) {
    const option = `within["${scope}"]`;
    if (!scopes.includes(scope)) {
      faults.add('CONFIG_CONFLICT', option, 'is not asked for', 'write a scope that stands in scope too');
    } else if (!isScopeList(covering)) {
      faults.add('CONFIG_INVALID', option, 'is not a list of scopes', 'list scopes of the token of the subject');
    } else {
      limits.set(scope, Object.freeze([...covering]));
    }
  }
  return limits;
}

/** The scopes that the subject does not have, of those that are asked for. */
export function scopesBeyond(scopes: readonly string[], held: ScopeSet, within: Within): readonly string[] {
  return scopes.filter((scope) => !held.has(scope) && within.get(scope)?.some((one) => held.has(one)) !== true);
}
