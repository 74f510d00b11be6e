/**
 * The key of a DPoP proof (RFC 9449 §4.2): the `jwk` of its header and nothing else; certificates and addresses in the
 * header are refused. A caller writes the same header into proof after proof, and importing its key costs about as much
 * as the signature. So a service remembers keys, by the SHA-256 of the header as it stands in the proof. That text alone
 * decides what the key is and whether it is one, so an entry is true for every proof with this header.
 */
import { accept, type Outcome } from '../errors/outcome.ts';
import { isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import { keyThumbprint } from '../signature/jwk-thumbprint.ts';
import type { ParsedJws } from '../signature/jws.ts';
import { importVerificationKey, type VerificationKey } from '../signature/verification-key.ts';
import { invalidProof } from './invalid-proof.ts';
import { createTokenCache, weightOf, type Weighed } from './token-cache.ts';

/** A key that may verify proofs. */
export interface ProofKey {
  readonly key: VerificationKey;
  /** SHA-256 thumbprint (RFC 7638). */
  readonly thumbprint: string;
}

/** Remembers keys by the encoded header of their proofs. */
export interface ProofKeys {
  find(header: string): ProofKey | undefined;
  /** For the key of a good proof that a good token is bound to, and no other: nobody else may fill the memory. */
  remember(header: string, key: ProofKey): void;
}

// Whoever makes a proof chooses its key, and with it what verifying costs.
const maximumModulusLength = 4_096;
const maximumExponent = 2n ** 32n;
const foreignKeyMembers = ['x5c', 'x5u', 'jku'];

/** What a memory holds at most. A header of ES256 counts for about 1.4 kB, one of RSA with 2,048 bits for 2.3 kB. */
const limits = { maximumEntries: 2_000, maximumBytes: 4 * 1024 * 1024 };

/** Makes an empty memory. */
export function createProofKeys(): ProofKeys {
  const cache = createTokenCache<ProofKey & Weighed>(limits);
  return {
    find: (header) => cache.get(cache.keyOf(header)),
    remember: (header, key) => {
      const place = cache.keyOf(header);
      if (cache.get(place) === undefined) cache.set(place, { ...key, bytes: weightOf(header) });
    },
  };
}

/** The encoded header of a proof. */
export function proofHeaderOf({ signed }: ParsedJws): string {
  return signed.slice(0, signed.indexOf('.'));
}

function isCostly({ keyObject }: VerificationKey): boolean {
  const { modulusLength = 0, publicExponent = 0n } = keyObject.asymmetricKeyDetails ?? {};
  return modulusLength > maximumModulusLength || publicExponent > maximumExponent;
}

function importKey({ header }: ParsedJws, algorithm: Algorithm): Outcome<ProofKey> {
  const { jwk } = header;
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return invalidProof('proof.jwk', 'a public key');
  if (foreignKeyMembers.some((name) => Object.hasOwn(header, name) || Object.hasOwn(jwk, name))) {
    return invalidProof('proof.header', 'no key but jwk');
  }
  const imported = importVerificationKey(jwk);
  if (!imported.ok) return invalidProof('proof.jwk', 'a public key', imported.problem);
  const { key } = imported;
  if (isCostly(key)) return invalidProof('proof.jwk', `RSA of at most ${maximumModulusLength} bits`);
  if (!key.algorithms.has(algorithm)) return invalidProof('proof.alg', 'the algorithm of jwk');
  return accept({ key, thumbprint: keyThumbprint(key.keyObject) });
}

/** The key of the proof, when its header is that of a proof and the key fits the algorithm. */
export function readProofKey(proof: ParsedJws, allowed: readonly Algorithm[], known?: ProofKeys): Outcome<ProofKey> {
  const { type, algorithm } = proof;
  if (type !== 'dpop+jwt') return invalidProof('proof.typ', 'dpop+jwt', type ?? 'none');
  if (!isAlgorithm(algorithm) || !allowed.includes(algorithm)) {
    return invalidProof('proof.alg', allowed.join(' '), algorithm);
  }
  const found = known?.find(proofHeaderOf(proof));
  return found === undefined ? importKey(proof, algorithm) : accept(found);
}
