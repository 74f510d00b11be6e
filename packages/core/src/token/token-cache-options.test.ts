/** Limits of the memory of accepted tokens: whole numbers, or none at all. */
import { expect, test } from 'vitest';
import { accessToken, type AccessTokenOptions } from '../index.ts';

const issuer = 'https://issuer.internal';

function codesOf(cache: unknown): readonly string[] {
  try {
    accessToken({ issuer, cache } as AccessTokenOptions);
    return [];
  } catch (error) {
    return (error as { faults: { option: string }[] }).faults.map(({ option }) => option);
  }
}

test.each([
  ['none', false],
  ['the default limits', {}],
  ['a number of tokens', { maximumEntries: 1 }],
  ['a number of bytes', { maximumBytes: 1_000_000 }],
])('a memory with %s is accepted', (_case, cache) => {
  expect(codesOf(cache)).toEqual([]);
});

test.each([
  ['true', true, 'cache'],
  ['null', null, 'cache'],
  ['a number', 1000, 'cache'],
  ['a list', [], 'cache'],
  ['no tokens', { maximumEntries: 0 }, 'cache.maximumEntries'],
  ['half a token', { maximumEntries: 1.5 }, 'cache.maximumEntries'],
  ['endless tokens', { maximumEntries: Infinity }, 'cache.maximumEntries'],
  ['a text of tokens', { maximumEntries: '10' }, 'cache.maximumEntries'],
  ['no bytes', { maximumBytes: 0 }, 'cache.maximumBytes'],
  ['a misspelled limit', { maxEntries: 10 }, 'cache.maxEntries'],
])('a memory of %s is a fault', (_case, cache, option) => {
  expect(codesOf(cache)).toEqual([option]);
});
