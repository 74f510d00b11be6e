/** Keys of proofs are remembered by the header: it saves time, and decides nothing. */
import { expect, test } from 'vitest';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { bareJwk, proofKey, proofWith, wanted } from './dpop.test-kit.ts';
import { verifyDpopProof, verifyProofKnowing, type DpopExpectations } from './dpop-proof.ts';
import { createProofKeys, type ProofKeys } from './proof-key.ts';
import { now } from './token.test-kit.ts';

const headerOf = (proof: string): string => proof.slice(0, proof.indexOf('.'));
const other = signingKey('ES256', 'other');

/** A memory that knows the key of the good proof. */
function knowing(proof = proofWith()): ProofKeys {
  const keys = createProofKeys();
  const verified = verifyProofKnowing(keys, [proof], wanted);
  if (!verified.ok) throw new Error(`broken test: ${verified.detail.check}`);
  keys.remember(verified.value.header, verified.value.key);
  return keys;
}

test('a proof under a remembered header says what it said before, with the very same key', () => {
  const keys = knowing();
  const again = verifyProofKnowing(keys, [proofWith({ jti: 'jti-2' })], wanted);
  expect(again).toMatchObject({ ok: true, value: { key: keys.find(headerOf(proofWith())) } });
  expect(again.ok && again.value.key).toBe(keys.find(headerOf(proofWith())));
  expect(again.ok && again.value.proof).toEqual({
    ...(verifyDpopProof(proofWith(), wanted) as { readonly value: object }).value,
    jti: 'jti-2',
  });
});

test('verifying alone remembers nothing', () => {
  const keys = createProofKeys();
  expect(verifyProofKnowing(keys, [proofWith()], wanted).ok).toBe(true);
  expect(keys.find(headerOf(proofWith()))).toBeUndefined();
});

const withTail = (proof: string, tail: string): string => proof.slice(0, proof.lastIndexOf('.')) + tail;

test.each<[string, string, Partial<DpopExpectations>, string]>([
  ['the signature of another proof', withTail(proofWith(), proofWith({ jti: 'x' }).slice(-87)), {}, 'proof.signature'],
  ['a signature of another key', proofWith({}, { jwk: bareJwk(proofKey) }, other), {}, 'proof.signature'],
  ['no signature', withTail(proofWith(), '.'), {}, 'proof.signature'],
  ['padding after the header', proofWith().replace('.', '=.'), {}, 'proof.encoding'],
  ['another method', proofWith({ htm: 'POST' }), {}, 'proof.htm'],
  ['a time long ago', proofWith({ iat: now - 61 }), {}, 'proof.iat'],
  ['an algorithm that is not taken here', proofWith(), { algorithms: ['EdDSA'] }, 'proof.alg'],
])('a proof under a remembered header is refused for %s', (_case, proof, changes, check) => {
  expect(verifyProofKnowing(knowing(), [proof], { ...wanted, ...changes })).toMatchObject({
    ok: false,
    reason: 'PROOF_INVALID',
    detail: { check },
  });
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['another algorithm', { alg: 'ES384' }],
  ['another type', { typ: 'JWT' }],
  ['a certificate beside the key', { x5c: ['AAAA'] }],
  ['the private key', { jwk: { ...bareJwk(proofKey), d: 'AAAA' } }],
])('a header with the remembered key and %s is another header, and refused', (_case, header) => {
  expect(verifyProofKnowing(knowing(), [proofWith({}, header)], wanted).ok).toBe(false);
});

test('a remembered key has one thumbprint, however its header is written', () => {
  const keys = knowing();
  const spelt = proofWith({}, { jwk: { ...bareJwk(proofKey), note: 'spelt differently' } });
  expect(keys.find(headerOf(spelt))).toBeUndefined();
  const verified = verifyProofKnowing(keys, [spelt], wanted);
  expect(verified.ok && verified.value.key.thumbprint).toBe(keys.find(headerOf(proofWith()))?.thumbprint);
});

test('the memory is bounded: what is used stays, and the rest is forgotten', () => {
  const keys = knowing();
  const used = headerOf(proofWith());
  const key = keys.find(used);
  if (key === undefined) throw new Error('broken test');
  for (let index = 0; index < 5_000; index += 1) {
    keys.remember(`header-${index}`, key);
    expect(keys.find(used)).toBe(key);
  }
  const left = Array.from({ length: 5_000 }, (_none, index) => keys.find(`header-${index}`)).filter(Boolean);
  expect(left.length).toBeLessThanOrEqual(2_000);
  expect(keys.find('header-0')).toBeUndefined();
});
