import { expect, test } from 'vitest';
import { createMemoryRevocationStore } from './memory-revocation-store.ts';
import { revocationName, type RevocationKind } from './revocation-store.ts';

const issuer = 'https://issuer.test';

function storeOf(capacity = 10) {
  const clock = { at: 0, monotonic: () => clock.at };
  return { clock, store: createMemoryRevocationStore({ capacity, clock }) };
}

test.each<RevocationKind>(['jti', 'subject', 'client', 'key', 'issuer'])(
  '%s: found under its name, and no other',
  (kind) => {
    const { store } = storeOf();
    store.revoke({ kind, issuer, value: 'x' }, 1000);
    expect(store.revokedUntil([revocationName(kind, issuer, 'x')])).toBe(Infinity);
    const others = [
      revocationName(kind, issuer, 'X'),
      revocationName(kind, `${issuer}/`, 'x'),
      revocationName(kind === 'jti' ? 'subject' : 'jti', issuer, 'x'),
      revocationName(kind, `${issuer}\0x`, ''),
    ];
    expect(store.revokedUntil(others)).toBeUndefined();
  },
);

test('the latest instant of several names counts', () => {
  const { store } = storeOf();
  store.revoke({ kind: 'issuer', issuer, issuedUntil: 500 }, 1000);
  store.revoke({ kind: 'client', issuer, value: 'orders', issuedUntil: 900 }, 1000);
  const names = [revocationName('issuer', issuer), revocationName('client', issuer, 'orders')];
  expect(store.revokedUntil(names)).toBe(900);
  expect(store.revokedUntil(names.slice(0, 1))).toBe(500);
});

test('a second order adds to the first, in time and in reach', () => {
  const { clock, store } = storeOf();
  const name = revocationName('subject', issuer, 'user');
  store.revoke({ kind: 'subject', issuer, value: 'user', issuedUntil: 900 }, 1000);
  store.revoke({ kind: 'subject', issuer, value: 'user', issuedUntil: 100 }, 10);
  clock.at = 999;
  expect(store.revokedUntil([name])).toBe(900);
  clock.at = 1000;
  expect(store.revokedUntil([name])).toBeUndefined();
  store.revoke({ kind: 'subject', issuer, value: 'user', issuedUntil: 100 }, 10);
  expect(store.revokedUntil([name])).toBe(100);
});

test('a full store says so and forgets nothing that counts', () => {
  const { clock, store } = storeOf(2);
  store.revoke({ kind: 'jti', issuer, value: 'a' }, 1000);
  store.revoke({ kind: 'jti', issuer, value: 'b' }, 10);
  expect(() => store.revoke({ kind: 'jti', issuer, value: 'c' }, 10)).toThrow('full');
  expect(store.revokedUntil([revocationName('jti', issuer, 'a')])).toBe(Infinity);
  clock.at = 10;
  store.revoke({ kind: 'jti', issuer, value: 'c' }, 10);
  expect(store.revokedUntil([revocationName('jti', issuer, 'c')])).toBe(Infinity);
});

test.each(['jti', 'subject', 'client', 'key'] as const)(
  'an order for a %s that is not named is refused aloud',
  (kind) => {
    const store = createMemoryRevocationStore();
    for (const value of [undefined, '']) {
      const order = { kind, issuer: 'https://issuer.test', ...(value !== undefined && { value }) };
      expect(() => store.revoke(order, 1000)).toThrow(RangeError);
    }
    expect(store.revokedUntil([revocationName(kind, 'https://issuer.test')])).toBeUndefined();
  },
);

test('the revision changes with every order, and with nothing else', () => {
  const { clock, store } = storeOf(1);
  const first = store.revision();
  store.revokedUntil([revocationName('jti', issuer, 'x')]);
  clock.at += 5000;
  expect(store.revision()).toBe(first);
  store.revoke({ kind: 'jti', issuer, value: 'x' }, 1000);
  const second = store.revision();
  expect(second).not.toBe(first);
  store.revoke({ kind: 'jti', issuer, value: 'x' }, 2000);
  expect(store.revision()).not.toBe(second);
});
