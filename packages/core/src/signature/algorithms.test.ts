import { expect, test } from 'vitest';
import { algorithmNames, isAlgorithm } from './algorithms.ts';

test('every algorithm is asymmetric', () => {
  expect(algorithmNames).toEqual([
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'Ed25519',
    'EdDSA',
  ]);
});

test.each(algorithmNames)('%s is an algorithm, and no other spelling of it is', (name) => {
  expect(isAlgorithm(name)).toBe(true);
  for (const other of [name.toLowerCase(), ` ${name}`, `${name}\0`, [name], { toString: () => name }]) {
    expect(isAlgorithm(other)).toBe(false);
  }
});

test.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'HS384', 'HS512', 'ES256K', 'RSA-OAEP', 'dir', 'toString'])(
  '%j is none',
  (name) => {
    expect(isAlgorithm(name)).toBe(false);
  },
);
