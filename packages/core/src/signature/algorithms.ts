/**
 * The signature algorithms, once (RFC 7518 §3.1, RFC 8037, RFC 9864). Asymmetric only: there is no row for HMAC and
 * none for `none`, so a token cannot ask for them.
 */
import { constants } from 'node:crypto';

/** One algorithm. */
export interface AlgorithmRow {
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  /** Curve by OpenSSL's name, for `ec`. */
  readonly curve?: string;
  /** Hash for `crypto.verify`; null where the algorithm brings its own. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  /** Length of a signature in bytes; with RSA it is that of the key. */
  readonly signatureLength?: number;
  /** Further parameters of `crypto.verify`. */
  readonly parameters: {
    readonly padding?: number;
    readonly saltLength?: number;
    /** JWS carries r‖s (RFC 7518 §3.4), not DER. */
    readonly dsaEncoding?: 'ieee-p1363';
  };
}

const pkcs1 = { padding: constants.RSA_PKCS1_PADDING };
const p1363 = { dsaEncoding: 'ieee-p1363' } as const;
const pss = (saltLength: number): AlgorithmRow['parameters'] => ({
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength,
});
const ed25519: AlgorithmRow = { keyType: 'ed25519', hash: null, signatureLength: 64, parameters: {} };

/** The table. */
export const algorithms = {
  RS256: { keyType: 'rsa', hash: 'sha256', parameters: pkcs1 },
  RS384: { keyType: 'rsa', hash: 'sha384', parameters: pkcs1 },
  RS512: { keyType: 'rsa', hash: 'sha512', parameters: pkcs1 },
  PS256: { keyType: 'rsa', hash: 'sha256', parameters: pss(32) },
  PS384: { keyType: 'rsa', hash: 'sha384', parameters: pss(48) },
  PS512: { keyType: 'rsa', hash: 'sha512', parameters: pss(64) },
  ES256: { keyType: 'ec', curve: 'prime256v1', hash: 'sha256', signatureLength: 64, parameters: p1363 },
  ES384: { keyType: 'ec', curve: 'secp384r1', hash: 'sha384', signatureLength: 96, parameters: p1363 },
  ES512: { keyType: 'ec', curve: 'secp521r1', hash: 'sha512', signatureLength: 132, parameters: p1363 },
  Ed25519: ed25519,
  EdDSA: ed25519,
} as const satisfies Record<string, AlgorithmRow>;

/** The name of an algorithm, as in the `alg` header. */
export type Algorithm = keyof typeof algorithms;

/** Every name. */
export const algorithmNames: readonly Algorithm[] = Object.keys(algorithms) as Algorithm[];

/** Whether a text names an algorithm of the table: exactly, case and all. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(algorithms, name);
}
