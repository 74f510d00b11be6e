/**
 * A public key that may verify, checked when it is loaded: type, curve, strength, purpose (RFC 7517 §4). What is
 * weak, private, symmetric or for encryption is refused here and can never meet a token.
 */
import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { algorithmNames, algorithms, isAlgorithm, type Algorithm, type AlgorithmRow } from './algorithms.ts';

/** A key and the algorithms it may be used with. */
export interface VerificationKey {
  readonly keyId: string | undefined;
  readonly keyObject: KeyObject;
  readonly algorithms: ReadonlySet<Algorithm>;
  /** SHA-256 of the public key, base64url: the same key again, whenever it is loaded. */
  readonly fingerprint: string;
}

/** A key, or why it is refused. */
export type ImportedKey =
  | { readonly ok: true; readonly key: VerificationKey }
  | { readonly ok: false; readonly problem: string };

/** Longest key id, in characters. */
export const maximumKeyIdLength = 256;

const minimumModulusLength = 2048;
const minimumExponent = 65_537n;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

// The points of small order on Ed25519, sign bit cleared: a signature under them verifies for anything.
const high = 'f'.repeat(60);
const smallOrder = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${high}7f`,
  `ed${high}7f`,
  `ee${high}7f`,
]);

function isSmallOrder(x: unknown): boolean {
  const point = Buffer.from(String(x), 'base64url');
  if (point.length !== 32) return true;
  point[31] = (point[31] ?? 0) & 0x7f;
  return smallOrder.has(point.toString('hex'));
}

/** Whether a key of this type and curve fits the row. */
function fits(row: AlgorithmRow, key: KeyObject): boolean {
  return row.keyType === key.asymmetricKeyType && row.curve === key.asymmetricKeyDetails?.namedCurve;
}

function weakness(key: KeyObject, jwk: Readonly<Record<string, unknown>>): string | undefined {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    if ((modulusLength ?? 0) < minimumModulusLength) return `is RSA of fewer than ${minimumModulusLength} bits`;
    if ((publicExponent ?? 0n) < minimumExponent) return 'is RSA with a small exponent';
  }
  if (key.asymmetricKeyType === 'ed25519' && isSmallOrder(jwk['x'])) return 'is a point of small order';
  return undefined;
}

function refused(problem: string): ImportedKey {
  return { ok: false, problem };
}

/** Loads a JWK. Never throws. */
export function importVerificationKey(jwk: unknown): ImportedKey {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return refused('is not a JWK');
  const members = jwk as Readonly<Record<string, unknown>>;
  const { kid, use, alg, key_ops: operations, kty } = members;
  if (kty === 'oct') return refused('is symmetric');
  const leaked = privateMembers.find((name) => Object.hasOwn(members, name));
  if (leaked !== undefined) return refused('holds private material');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > maximumKeyIdLength))
    return refused('has a bad kid');
  if (use !== undefined && use !== 'sig') return refused('is not for signatures (use)');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return refused('is not for verification (key_ops)');
  }
  if (alg !== undefined && !isAlgorithm(alg)) return refused('names an algorithm that is not accepted');
  let keyObject: KeyObject;
  try {
    keyObject = createPublicKey({ key: members as JsonWebKey, format: 'jwk' });
  } catch {
    return refused('cannot be read as a public key');
  }
  const weak = weakness(keyObject, members);
  if (weak !== undefined) return refused(weak);
  const fitting = algorithmNames.filter((name) => fits(algorithms[name], keyObject));
  // One key, one algorithm, where the issuer says which (RFC 8725 §3.1).
  const usable = alg === undefined ? fitting : fitting.filter((name) => isSameAlgorithm(name, alg));
  if (usable.length === 0) return refused('does not fit its algorithm');
  const spki = keyObject.export({ type: 'spki', format: 'der' });
  const fingerprint = createHash('sha256').update(spki).digest('base64url');
  return { ok: true, key: { keyId: kid, keyObject, algorithms: new Set(usable), fingerprint } };
}

/** `EdDSA` and `Ed25519` are two names of one algorithm (RFC 9864 §2.2). */
function isSameAlgorithm(name: Algorithm, other: Algorithm): boolean {
  return name === other || (algorithms[name].keyType === 'ed25519' && algorithms[other].keyType === 'ed25519');
}
