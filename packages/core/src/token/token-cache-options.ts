/** How accepted tokens are remembered, as the operator says it: not at all, or within limits. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { TokenCacheLimits } from './token-cache.ts';

/** `false` verifies every token anew. */
export type TokenCacheOptions = false | TokenCacheLimits;

function isCount(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1);
}

/** Checks the option and copies it. */
export function checkTokenCache(faults: FaultCollector, given: TokenCacheOptions): TokenCacheOptions {
  if (given === false) return false;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    faults.add('CONFIG_INVALID', 'cache', 'is not understood', 'write false, or { maximumEntries: 10_000 }');
    return false;
  }
  const options: TokenCacheLimits = Object.assign(Object.create(null), given);
  faults.onlyKnown(options, ['maximumEntries', 'maximumBytes'], 'cache.');
  const { maximumEntries, maximumBytes } = options;
  if (!isCount(maximumEntries)) {
    faults.add('CONFIG_INVALID', 'cache.maximumEntries', 'is out of range', 'write a number of tokens, 1 or more');
  }
  if (!isCount(maximumBytes)) {
    faults.add('CONFIG_INVALID', 'cache.maximumBytes', 'is out of range', 'write a number of bytes, 1 or more');
  }
  return Object.freeze(options);
}
