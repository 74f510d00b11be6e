import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { TokenCacheOptions } from '../token/token-verifier.ts';
import { checkAccessTokenOptions } from './access-token-options.ts';

const issuer = 'https://issuer.test';

function faultsOf(cache: unknown): readonly string[] {
  try {
    checkAccessTokenOptions({ issuer, cache: cache as TokenCacheOptions });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ option }) => option);
  }
}

test.each([
  [undefined],
  [false],
  [{}],
  [{ maximumEntries: 2 }],
  [{ maximumBytes: 1_000_000 }],
  [{ maximumEntries: 100, maximumBytes: 1_000_000 }],
])('a memory of %j is taken', (cache) => {
  expect(faultsOf(cache)).toEqual([]);
});

test.each<[unknown, readonly string[]]>([
  [true, ['cache']],
  [null, ['cache']],
  [100, ['cache']],
  [{ maximumEntries: 0 }, ['cache.maximumEntries']],
  [{ maximumEntries: 2.5 }, ['cache.maximumEntries']],
  [{ maximumEntries: Infinity }, ['cache.maximumEntries']],
  [{ maximumEntries: Number.NaN, maximumBytes: '1' }, ['cache.maximumEntries', 'cache.maximumBytes']],
  [{ key: (token: string) => token }, ['cache.key']],
])('a memory of %j is a fault', (cache, faults) => {
  expect(faultsOf(cache)).toEqual(faults);
});

test('limits that are changed after the call change nothing', () => {
  const cache = { maximumEntries: 10 };
  const settings = checkAccessTokenOptions({ issuer, cache });
  cache.maximumEntries = 1_000;
  expect(settings.cache).toEqual({ maximumEntries: 10 });
});
