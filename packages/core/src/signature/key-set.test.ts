import { expect, test } from 'vitest';
import type { Algorithm } from './algorithms.ts';
import { maximumKeys, readKeySet, type KeySet } from './key-set.ts';
import { signingKey } from './signing-key.test-kit.ts';

const first = signingKey('ES256', 'first').jwk;
const second = signingKey('ES256', 'second').jwk;
const rsa = signingKey('RS256', 'rsa').jwk;
const { kid: _kid, ...nameless } = first;

function setOf(...keys: object[]): KeySet {
  const read = readKeySet({ keys });
  if (typeof read === 'string' || read.refused.length > 0) throw new Error('broken test');
  return read.keySet;
}

const find = (set: KeySet, keyId: string | undefined, algorithm: Algorithm = 'ES256') => set.find({ keyId, algorithm });

test.each([
  ['by its id', setOf(first, second), 'first', 'ES256', 'first'],
  ['the other by its id', setOf(first, second), 'second', 'ES256', 'second'],
  ['without id, the only key', setOf(first), undefined, 'ES256', 'first'],
  ['without id, the only one that fits the algorithm', setOf(first, rsa), undefined, 'PS256', 'rsa'],
  ['one id on two types: the one that fits', setOf(first, { ...rsa, kid: 'first' }), 'first', 'RS256', 'first'],
  ['a key without id, for a token without id', setOf(nameless), undefined, 'ES256', undefined],
] as const)('a key is found: %s', (_case, set, keyId, algorithm, found) => {
  expect(find(set, keyId, algorithm)).toMatchObject({ ok: true, value: { keyId: found } });
});

test.each([
  ['an unknown id', setOf(first), 'third', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['an id in other case', setOf(first), 'First', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['an id with a space', setOf(first), 'first ', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['an empty id', setOf(first), '', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['__proto__', setOf(first), '__proto__', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['a path', setOf(first), '../../../dev/null', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['SQL', setOf(first), "' OR 1=1 --", 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['an id with NUL', setOf(first), 'first\0', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['an id, but only a key without one', setOf(nameless), 'first', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['no id, and two keys that fit', setOf(first, second), undefined, 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['no id, and no key that fits', setOf(first), undefined, 'RS256', 'TOKEN_KEY_UNKNOWN'],
  ['one id on two keys that fit', setOf(first, { ...second, kid: 'first' }), 'first', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['no keys at all', setOf(), 'first', 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['a known id for another type', setOf(first), 'first', 'RS256', 'TOKEN_ALGORITHM_REFUSED'],
  ['a known id for another algorithm', setOf({ ...rsa, alg: 'RS256' }), 'rsa', 'PS256', 'TOKEN_ALGORITHM_REFUSED'],
] as const)('no key is found: %s', (_case, set, keyId, algorithm, reason) => {
  expect(find(set, keyId, algorithm)).toMatchObject({ ok: false, reason });
});

test('what was found last is no answer to another question', () => {
  const set = setOf(first, second, rsa);
  for (const [keyId, algorithm, found] of [
    ['first', 'ES256', 'first'],
    ['second', 'ES256', 'second'],
    ['first', 'RS256', undefined],
    ['first', 'ES256', 'first'],
    [undefined, 'ES256', undefined],
    [undefined, 'RS256', 'rsa'],
    ['rsa', 'PS256', 'rsa'],
    ['third', 'ES256', undefined],
  ] as const) {
    const outcome = find(set, keyId, algorithm);
    expect(outcome.ok ? outcome.value.keyId : undefined).toBe(found);
  }
});

test('what may not verify is left out by position, and the rest is used', () => {
  const read = readKeySet({ keys: [{ ...rsa, use: 'enc' }, first, { kty: 'oct', k: 'AA' }, null] });
  if (typeof read === 'string') throw new Error('broken test');
  expect(read.keySet.size).toBe(1);
  expect(read.refused).toEqual([
    { index: 0, problem: 'is not for signatures (use)' },
    { index: 2, problem: 'is symmetric' },
    { index: 3, problem: 'is not a JWK' },
  ]);
});

test.each([
  ['no keys member', {}],
  ['keys: null', { keys: null }],
  ['keys that are an object', { keys: { 0: first, length: 1 } }],
  ['keys that are a text', { keys: JSON.stringify([first]) }],
])('%s is no key set', (_case, document) => {
  expect(readKeySet(document)).toBe('has no list of keys');
});

test('a hundred keys are read, a hundred and one are not', () => {
  const many = (count: number): object => ({
    keys: Array.from({ length: count }, (_, index) => ({ ...first, kid: `${index}` })),
  });
  const read = readKeySet(many(maximumKeys));
  expect(typeof read === 'object' && read.keySet.size).toBe(100);
  expect(readKeySet(many(maximumKeys + 1))).toBe('has more than 100 keys');
  expect(readKeySet(many(10_000))).toBe('has more than 100 keys');
});

test('a document that changes afterwards changes nothing', () => {
  const jwk = { ...first };
  const document = { keys: [jwk] };
  const read = readKeySet(document);
  if (typeof read === 'string') throw new Error('broken test');
  Object.assign(jwk, second);
  document.keys.push({ ...second });
  expect(find(read.keySet, 'second').ok).toBe(false);
  expect(find(read.keySet, 'first').ok).toBe(true);
  expect(read.keySet.size).toBe(1);
});
