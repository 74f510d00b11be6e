import { expect, test } from 'vitest';
import { checkRevocationOrder } from './revocation-order.ts';
import type { Revocation } from './revocation-store.ts';

const good: Revocation = { kind: 'subject', issuer: 'https://issuer.test', value: 'user' };

test.each<[string, object, number]>([
  ['of a subject', {}, 1000],
  ['until an instant', { issuedUntil: 5 }, 1000],
  ['for ever issued', { issuedUntil: Infinity }, 1000],
  ['of an issuer, which has no value', { kind: 'issuer', value: undefined }, 1000],
  ['for less than a millisecond', {}, 0.5],
])('an order %s is one', (_title, changes, milliseconds) => {
  expect(() => checkRevocationOrder({ ...good, ...changes }, milliseconds)).not.toThrow();
});

test.each<[string, object, unknown, string]>([
  ['of an unknown kind', { kind: 'user' }, 1000, 'a kind'],
  ['of a kind in other case', { kind: 'Subject' }, 1000, 'a kind'],
  ['without issuer', { issuer: undefined }, 1000, 'the issuer'],
  ['with an empty issuer', { issuer: '' }, 1000, 'the issuer'],
  ['without value', { value: undefined }, 1000, 'the value'],
  ['with an empty value', { value: '' }, 1000, 'the value'],
  ['with a value that is no text', { value: 17 }, 1000, 'the value'],
  ['until a text', { issuedUntil: '2026-01-01' }, 1000, 'issuedUntil'],
  ['until no number', { issuedUntil: Number.NaN }, 1000, 'issuedUntil'],
  ['for no time', {}, 0, 'a life'],
  ['for less than no time', {}, -1, 'a life'],
  ['for no number', {}, Number.NaN, 'a life'],
  ['for ever', {}, Infinity, 'a life'],
  ['for a text', {}, '900', 'a life'],
])('an order %s would revoke nothing, and is refused', (_title, changes, milliseconds, problem) => {
  const order = (): void => checkRevocationOrder({ ...good, ...changes }, milliseconds as number);
  expect(order).toThrow(RangeError);
  expect(order).toThrow(problem);
});

test('everything wrong with an order is named at once', () => {
  const wrong = { kind: 'user', issuer: '', value: '', issuedUntil: Number.NaN } as unknown as Revocation;
  expect(() => checkRevocationOrder(wrong, -1)).toThrow(/kind.*issuer.*value.*issuedUntil.*life/);
});

const sha256 = 'A0'.repeat(32);
const certificate: Revocation = { kind: 'certificate', issuer: 'spiffe://prod.test', value: sha256 };

test.each<[string, object]>([
  ['by its fingerprint', {}],
  ['of a PKI', { issuer: 'pki:corp' }],
  ['by its serial number', { kind: 'serial', value: '0A1F' }],
  ['by a serial number of nothing', { kind: 'serial', value: '00' }],
  ['by its workload', { kind: 'workload', value: 'spiffe://prod.test/orders' }],
])('an order for a certificate %s is one', (_title, changes) => {
  expect(() => checkRevocationOrder({ ...certificate, ...changes }, 1000)).not.toThrow();
});

test.each<[string, object, string]>([
  ['with lower-case hex', { value: sha256.toLowerCase() }, 'the SHA-256'],
  ['with colons', { value: sha256.replaceAll('A0', 'A0:').slice(0, -1) }, 'the SHA-256'],
  ['with a SHA-1', { value: sha256.slice(0, 40) }, 'the SHA-256'],
  ['with the sign byte of its DER', { kind: 'serial', value: '00A0' }, 'the serial number'],
  ['with half a byte', { kind: 'serial', value: 'A1F' }, 'the serial number'],
  ['of a bare trust domain', { issuer: 'prod.test' }, 'the issuer of a certificate'],
  ['of a workload as issuer', { issuer: 'spiffe://prod.test/orders' }, 'the issuer of a certificate'],
  ['of an issuer of tokens', { issuer: 'https://issuer.test' }, 'the issuer of a certificate'],
  ['without a value', { kind: 'workload', value: undefined }, 'the value'],
])('an order for a certificate %s would revoke nothing, and is refused', (_title, changes, problem) => {
  expect(() => checkRevocationOrder({ ...certificate, ...changes }, 1000)).toThrow(problem);
});
