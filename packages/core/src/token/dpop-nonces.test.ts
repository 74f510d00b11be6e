import { expect, test } from 'vitest';
import { Secret } from '../errors/secret.ts';
import { createDpopNonces } from './dpop-nonces.ts';

const one = new Secret('1'.repeat(32));
const two = new Secret('2'.repeat(32));
const origin = 'https://inventory.test';
const noncesOf = (...keys: Secret[]) => createDpopNonces({ keys, periodSeconds: 300 }, origin);
const start = 1_795_521_600_000;

test('a nonce is good in its period and in the next one, and then no more', () => {
  const nonces = noncesOf(one);
  const nonce = nonces.current(start);
  expect(nonce).toMatch(/^[A-Za-z0-9_-]{24}$/);
  expect(nonces.current(start + 299_999)).toBe(nonce);
  expect(nonces.current(start + 300_000)).not.toBe(nonce);
  for (const [at, good] of [
    [start - 5_001, false],
    [start - 5_000, true],
    [start, true],
    [start + 599_999, true],
    [start + 600_000, false],
    [start - 300_000, false],
  ] as const) {
    expect([at, nonces.accepts(nonce, at)]).toEqual([at, good]);
  }
});

test('replicas with the same key know one another’s nonces', () => {
  expect(noncesOf(one).accepts(noncesOf(one).current(start), start)).toBe(true);
  expect(noncesOf(one).accepts(noncesOf(two).current(start), start)).toBe(false);
});

test('a new key in front leaves the nonces of the old one good', () => {
  const ring = noncesOf(two, one);
  expect(ring.accepts(noncesOf(one).current(start), start)).toBe(true);
  expect(ring.current(start)).toBe(noncesOf(two).current(start));
  expect(noncesOf(two).accepts(noncesOf(one).current(start), start)).toBe(false);
});

test('two services that share a key do not share nonces', () => {
  const other = createDpopNonces({ keys: [one], periodSeconds: 300 }, 'https://orders.test');
  expect(noncesOf(one).accepts(other.current(start), start)).toBe(false);
});

test('whatever is no nonce of ours is refused', () => {
  const nonces = noncesOf(one);
  const good = nonces.current(start);
  const other = good.startsWith('A') ? 'B' : 'A';
  for (const text of [
    '',
    'x',
    `${good}=`,
    ` ${good}`,
    good.slice(1),
    `${good}A`,
    `${other}${good.slice(1)}`,
    'é'.repeat(24),
  ]) {
    expect([text, nonces.accepts(text, start)]).toEqual([text, false]);
  }
  expect(nonces.accepts(good, Number.NaN)).toBe(false);
});
