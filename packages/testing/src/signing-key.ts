/** A key that signs test tokens, in every form the helpers need. */
import { generateKeyPairSync, randomBytes, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from '@countersign/core';

/** A signing key. */
export interface SigningKey {
  readonly keyId: string;
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  /** As published in a JWKS: public members, `kid`, `alg` and `use`. */
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** The same with the private members. */
  readonly privateJwk: Readonly<Record<string, unknown>>;
  /** Signs bytes as JWS does (RFC 7518 §3.1): raw r‖s for ECDSA. */
  sign(input: string): Buffer;
}

interface KeyRow {
  readonly generate: () => { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly hash: string | null;
  readonly parameters: { readonly padding?: number; readonly saltLength?: number; readonly dsaEncoding?: 'ieee-p1363' };
}

const rsaPssPadding = 6;
const rsa = (hash: string, saltLength?: number): KeyRow => ({
  generate: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  hash,
  parameters: saltLength === undefined ? {} : { padding: rsaPssPadding, saltLength },
});
const ec = (namedCurve: string, hash: string): KeyRow => ({
  generate: () => generateKeyPairSync('ec', { namedCurve }),
  hash,
  parameters: { dsaEncoding: 'ieee-p1363' },
});
const ed25519: KeyRow = { generate: () => generateKeyPairSync('ed25519'), hash: null, parameters: {} };

const rows: Record<Algorithm, KeyRow> = {
  RS256: rsa('sha256'),
  RS384: rsa('sha384'),
  RS512: rsa('sha512'),
  PS256: rsa('sha256', 32),
  PS384: rsa('sha384', 48),
  PS512: rsa('sha512', 64),
  ES256: ec('P-256', 'sha256'),
  ES384: ec('P-384', 'sha384'),
  ES512: ec('P-521', 'sha512'),
  Ed25519: ed25519,
  EdDSA: ed25519,
};

/** Generates a key for an algorithm. `keyId` is random unless given: a second key under one id is an attack to test. */
export function createSigningKey(
  algorithm: Algorithm = 'ES256',
  keyId = `key-${randomBytes(6).toString('hex')}`,
): SigningKey {
  const { generate, hash, parameters } = rows[algorithm];
  const { publicKey, privateKey } = generate();
  const named = (jwk: JsonWebKey): Readonly<Record<string, unknown>> =>
    Object.freeze({ ...jwk, kid: keyId, alg: algorithm, use: 'sig' });
  return Object.freeze({
    keyId,
    algorithm,
    privateKey,
    publicJwk: named(publicKey.export({ format: 'jwk' })),
    privateJwk: named(privateKey.export({ format: 'jwk' })),
    sign: (input: string) => sign(hash, Buffer.from(input, 'utf8'), { key: privateKey, ...parameters }),
  });
}
