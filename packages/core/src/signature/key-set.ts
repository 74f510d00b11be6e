/** A fixed set of keys, and the rule that picks one: by key id, or the only one that fits. */
import { accept, refuse, type Accepted, type Outcome } from '../errors/outcome.ts';
import type { KeySelector, KeySource } from './key-source.ts';
import { importVerificationKey, type VerificationKey } from './verification-key.ts';

/** Keys that do not change. */
export interface KeySet extends KeySource {
  find(selector: KeySelector): Outcome<VerificationKey>;
  readonly size: number;
}

/** A key set read from a JWKS document, with the keys that were refused. */
export interface ReadKeySet {
  readonly keySet: KeySet;
  /** Position in `keys`, and the problem. */
  readonly refused: readonly { readonly index: number; readonly problem: string }[];
}

/** Most keys of one issuer. */
export const maximumKeys = 100;

/** Makes a set. */
export function createKeySet(keys: readonly VerificationKey[]): KeySet {
  const all = keys.map((key) => accept(key));
  // Tokens of an issuer name the same key, one after the other, and the keys do not change.
  let last: (KeySelector & { readonly found: Accepted<VerificationKey> }) | undefined;
  const byId = new Map<string, Accepted<VerificationKey>[]>();
  for (const key of all) {
    const { keyId } = key.value;
    if (keyId !== undefined) byId.set(keyId, [...(byId.get(keyId) ?? []), key]);
  }
  return {
    size: keys.length,
    find: ({ keyId, algorithm }) => {
      if (last !== undefined && last.keyId === keyId && last.algorithm === algorithm) return last.found;
      // A token with a kid is verified with that key or not at all; one without needs an unambiguous set.
      const candidates = keyId === undefined ? all : (byId.get(keyId) ?? []);
      const fitting = candidates.filter((key) => key.value.algorithms.has(algorithm));
      const [only] = fitting;
      if (only !== undefined && fitting.length === 1) {
        last = { keyId, algorithm, found: only };
        return only;
      }
      if (fitting.length > 1) return refuse('TOKEN_KEY_UNKNOWN', 'kid', { expected: 'a kid that names one key' });
      if (candidates.length > 0 && keyId !== undefined) {
        return refuse('TOKEN_ALGORITHM_REFUSED', 'alg', { expected: 'the algorithm of the key', actual: algorithm });
      }
      return refuse('TOKEN_KEY_UNKNOWN', 'kid', keyId === undefined ? {} : { actual: keyId });
    },
  };
}

/** The entry without its `use`, when that is the wanted one; nothing otherwise (SPIFFE Trust Bundle §4.2.2). */
function forUse(jwk: unknown, use: string): unknown {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { use: stated, ...rest } = jwk as Readonly<Record<string, unknown>>;
  return stated === use ? rest : undefined;
}

/**
 * Reads the `keys` of a JWKS document (RFC 7517 §5). Answers the problem when it is none. With `use`, only keys of that
 * purpose are read, each needs a `kid`, and the others are left out without a word: they serve somebody else.
 */
export function readKeySet(document: { readonly keys?: unknown }, use?: string): ReadKeySet | string {
  const { keys } = document;
  if (!Array.isArray(keys)) return 'has no list of keys';
  if (keys.length > maximumKeys) return `has more than ${maximumKeys} keys`;
  const usable: VerificationKey[] = [];
  const refused: { index: number; problem: string }[] = [];
  for (const [index, jwk] of keys.entries()) {
    const wanted: unknown = use === undefined ? jwk : forUse(jwk, use);
    if (wanted === undefined && use !== undefined) continue;
    const imported = importVerificationKey(wanted);
    if (imported.ok && use !== undefined && imported.key.keyId === undefined) {
      refused.push({ index, problem: 'has no kid' });
      continue;
    }
    if (imported.ok) usable.push(imported.key);
    else refused.push({ index, problem: imported.problem });
  }
  return { keySet: createKeySet(usable), refused };
}
