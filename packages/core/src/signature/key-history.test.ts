import { expect, test } from 'vitest';
import { at, day, keyBetween, start } from './key-ring.test-kit.ts';
import { createKeyHistory, type HistoricalKeySelector, type RevocationCause } from './key-history.ts';
import { ringKey } from './ring-key.ts';

const revokedAt = 100;

function revoked(keyId: string, cause: RevocationCause): ReturnType<typeof ringKey> {
  return ringKey({ ...keyBetween(keyId, 0, day), revoked: { revokedAt: at(revokedAt), cause } });
}

const history = createKeyHistory([
  ringKey(keyBetween('first', 0, day)),
  ringKey(keyBetween('second', day, 2 * day)),
  revoked('stolen', 'compromised'),
  revoked('odd', 'unspecified'),
  revoked('replaced', 'superseded'),
]);

function find(keyId: string | undefined, secondsAfterStart: number, algorithm = 'ES256'): string {
  const found = history.find({ keyId, algorithm, signedAt: start + secondsAfterStart } as HistoricalKeySelector);
  return found.ok ? `key ${found.value.keyId}` : found.reason;
}

test.each([
  ['at its first second', 'first', 0],
  ['in its time', 'first', day / 2],
  ['at its end', 'first', day],
  ['in its time, after another one', 'second', day],
])('a key is found %s', (_case, keyId, seconds) => {
  expect(find(keyId, seconds)).toBe(`key ${keyId}`);
});

test.each<[string, string | undefined, number, string, string]>([
  ['before its time', 'first', -1, 'ES256', 'KEY_NOT_VALID_THEN'],
  ['after its time', 'first', day + 1, 'ES256', 'KEY_NOT_VALID_THEN'],
  ['in the time of the key before it', 'second', day - 1, 'ES256', 'KEY_NOT_VALID_THEN'],
  ['at no time', 'first', Number.NaN, 'ES256', 'KEY_NOT_VALID_THEN'],
  ['at a time beyond any calendar', 'first', 1e300, 'ES256', 'KEY_NOT_VALID_THEN'],
  ['by another id', 'third', 0, 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['without id', undefined, 0, 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['by a name that every object has', 'constructor', 0, 'ES256', 'TOKEN_KEY_UNKNOWN'],
  ['for another algorithm', 'first', 0, 'ES384', 'TOKEN_ALGORITHM_REFUSED'],
])('no key is found %s', (_case, keyId, seconds, algorithm, reason) => {
  expect(find(keyId, seconds, algorithm)).toBe(reason);
});

test.each([
  ['stolen', revokedAt - 1, 'KEY_REVOKED'],
  ['stolen', revokedAt + 1, 'KEY_REVOKED'],
  ['odd', revokedAt - 1, 'KEY_REVOKED'],
  ['replaced', revokedAt, 'KEY_REVOKED'],
  ['replaced', revokedAt - 1, 'key replaced'],
  ['replaced', -1, 'KEY_NOT_VALID_THEN'],
])('a revoked key that is %s, for something of second %i: %s', (keyId, seconds, expected) => {
  expect(find(keyId, seconds)).toBe(expected);
});
