/** Keys and compact JWS for tests. Keys are generated, once per name; nothing is read from a file. */
import { generateKeyPairSync, sign, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';
import { algorithms, type Algorithm, type AlgorithmRow } from './algorithms.ts';

/** A key that signs, and the JWK an issuer would publish for it. */
export interface SigningKey {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly jwk: { readonly kid: string; readonly [member: string]: unknown };
}

const pairs = new Map<string, KeyPairKeyObjectResult>();

function pairOf(row: AlgorithmRow, name: string): KeyPairKeyObjectResult {
  const cacheName = `${row.keyType} ${row.curve} ${name}`;
  const known = pairs.get(cacheName);
  if (known !== undefined) return known;
  const pair =
    row.keyType === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : row.keyType === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: row.curve ?? '' })
        : generateKeyPairSync('ed25519');
  pairs.set(cacheName, pair);
  return pair;
}

/** A key for an algorithm. The same name gives the same key. */
export function signingKey(algorithm: Algorithm, keyId = 'key-1'): SigningKey {
  const { privateKey, publicKey } = pairOf(algorithms[algorithm], keyId);
  return { algorithm, keyId, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: keyId } };
}

/** One segment. A text is taken as it is, so that JSON can be broken on purpose. */
export function segment(content: string | object | null | number): string {
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url');
}

/** Signs a header and a payload, whatever they are. */
export function compactJws(header: string | object, payload: string | object, key: SigningKey): string {
  const signed = `${segment(header)}.${segment(payload)}`;
  const { hash, parameters }: AlgorithmRow = algorithms[key.algorithm];
  const signature = sign(hash, Buffer.from(signed), { key: key.privateKey, ...parameters });
  return `${signed}.${signature.toString('base64url')}`;
}
