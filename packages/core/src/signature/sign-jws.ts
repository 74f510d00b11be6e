/**
 * Signs a compact JWS (RFC 7515 §7.1) with a key of ours: for the proofs we give to others, never for tokens of
 * callers. A key that is weak, public, or of another kind than its algorithm is refused when it is loaded.
 */
import { createPrivateKey, KeyObject, sign } from 'node:crypto';
import { Secret } from '../errors/secret.ts';
import { algorithms, type Algorithm, type AlgorithmRow } from './algorithms.ts';

/** A private key and the one algorithm it signs with. */
export interface PrivateKey {
  readonly keyObject: KeyObject;
  readonly algorithm: Algorithm;
}

/** A private key, or why it is refused. The problem quotes nothing of the key. */
export type LoadedPrivateKey =
  | { readonly ok: true; readonly key: PrivateKey }
  | { readonly ok: false; readonly problem: string };

const minimumModulusLength = 2048;

function keyObjectOf(given: unknown): KeyObject | undefined {
  if (given instanceof KeyObject) return given;
  if (!(given instanceof Secret)) return undefined;
  try {
    return createPrivateKey(given.expose());
  } catch {
    // What OpenSSL says may quote the text.
    return undefined;
  }
}

/** Loads a key: an unencrypted PEM in a `Secret`, or a `KeyObject`. Never throws. */
export function loadPrivateKey(given: unknown, algorithm: Algorithm): LoadedPrivateKey {
  const keyObject = keyObjectOf(given);
  if (keyObject === undefined) return { ok: false, problem: 'cannot be read as a private key' };
  if (keyObject.type !== 'private') return { ok: false, problem: 'is no private key' };
  const { keyType, curve }: AlgorithmRow = algorithms[algorithm];
  const { modulusLength, namedCurve } = keyObject.asymmetricKeyDetails ?? {};
  if (keyObject.asymmetricKeyType !== keyType || namedCurve !== curve) {
    return { ok: false, problem: `does not fit ${algorithm}` };
  }
  if (keyType === 'rsa' && (modulusLength ?? 0) < minimumModulusLength) {
    return { ok: false, problem: `is RSA of fewer than ${minimumModulusLength} bits` };
  }
  return { ok: true, key: { keyObject, algorithm } };
}

function encode(members: object): string {
  return Buffer.from(JSON.stringify(members), 'utf8').toString('base64url');
}

/** Signs. The header gets its `alg` here, so that it cannot say another one than the key's. */
export function signJws(header: object, payload: object, { keyObject, algorithm }: PrivateKey): string {
  const signed = `${encode({ ...header, alg: algorithm })}.${encode(payload)}`;
  const { hash, parameters }: AlgorithmRow = algorithms[algorithm];
  const signature = sign(hash, Buffer.from(signed, 'latin1'), { key: keyObject, ...parameters });
  return `${signed}.${signature.toString('base64url')}`;
}
