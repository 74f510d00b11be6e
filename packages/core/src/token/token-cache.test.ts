import { expect, test } from 'vitest';
import { createTokenCache, weightOf, type Weighed } from './token-cache.ts';

interface Value extends Weighed {
  readonly name: string | number;
}

/** A value as heavy as what is known about a token of that length. */
function valueOf(name: string | number, tokenLength: number): Value {
  return { name, bytes: weightOf('x'.repeat(tokenLength)) };
}

test('a value comes back under its token, and under no other', () => {
  const cache = createTokenCache<Value>();
  const value = valueOf('value', 5);
  cache.set(cache.keyOf('a.b.c'), value);
  expect(cache.get(cache.keyOf('a.b.c'))).toBe(value);
  for (const other of ['a.b.C', 'a.b.', 'a.b.c ', 'a.bc', '']) expect(cache.get(cache.keyOf(other))).toBeUndefined();
});

test('no token, however it is shaped, meets the entry of another one', () => {
  const cache = createTokenCache<Value>();
  const keys = ['x', 'x\0', '__proto__', 'constructor', 'xx', 'x.x', 'x|x'].map((token) => cache.keyOf(token));
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
});

test('what is used stays, and what is not used goes, within the number of entries', () => {
  const cache = createTokenCache<Value>({ maximumEntries: 8 });
  for (let index = 0; index < 4; index += 1) cache.set(`key-${index}`, valueOf(index, 1));
  for (let index = 4; index < 1000; index += 1) {
    expect(cache.get('key-0')?.name).toBe(0);
    cache.set(`key-${index}`, valueOf(index, 1));
  }
  const held = Array.from({ length: 1000 }, (_, index) => cache.get(`key-${index}`)?.name).filter(
    (one) => one !== undefined,
  );
  expect(held).toContain(0);
  expect(held.length).toBeLessThanOrEqual(8);
});

test('long tokens take more of the bytes, and one that is too long is not kept at all', () => {
  const cache = createTokenCache<Value>({ maximumBytes: 40_000 });
  for (let index = 0; index < 100; index += 1) cache.set(`key-${index}`, valueOf(index, 1000));
  const held = Array.from({ length: 100 }, (_, index) => cache.get(`key-${index}`)?.name).filter(
    (one) => one !== undefined,
  );
  expect(held.length).toBeGreaterThan(2);
  expect(held.length).toBeLessThanOrEqual(40_000 / 3_512);
  cache.set('huge', valueOf(1, 1_000_000));
  expect(cache.get('huge')).toBeUndefined();
});

test('an entry that is deleted is gone from both generations', () => {
  const cache = createTokenCache<Value>({ maximumEntries: 2 });
  cache.set('a', valueOf(1, 1));
  cache.set('b', valueOf(2, 1));
  cache.delete('a');
  cache.delete('b');
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
});

test('setting an entry again does not count its bytes twice', () => {
  const cache = createTokenCache<Value>({ maximumBytes: 10_000 });
  cache.set('kept', valueOf(1, 100));
  for (let index = 0; index < 1000; index += 1) cache.set('again', valueOf(index, 100));
  expect(cache.get('kept')?.name).toBe(1);
});
