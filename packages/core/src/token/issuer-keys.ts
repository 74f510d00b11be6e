/**
 * Keys that the operator gives instead of letting them be fetched. What could be misread as a key of another kind is a
 * fault: a PEM, a secret, a JWKS as text, a symmetric or private JWK.
 */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { readKeySet, type KeySet } from '../signature/key-set.ts';

/** Reads the option `jwks`. */
export function checkIssuerKeys(faults: FaultCollector, prefix: string, jwks: unknown): KeySet | undefined {
  if (jwks === undefined) return undefined;
  const fix = 'pass a JWKS document of public keys: { keys: [{ kty: "EC", … }] }';
  if (typeof jwks !== 'object' || jwks === null || Array.isArray(jwks)) {
    faults.add('CONFIG_KEY_REFUSED', `${prefix}jwks`, 'is not a JWKS document', fix);
    return undefined;
  }
  const read = readKeySet(jwks);
  if (typeof read === 'string') {
    faults.add('CONFIG_KEY_REFUSED', `${prefix}jwks`, read, fix);
    return undefined;
  }
  for (const { index, problem } of read.refused) {
    faults.add('CONFIG_KEY_REFUSED', `${prefix}jwks.keys[${index}]`, problem, fix);
  }
  if (read.keySet.size === 0) faults.add('CONFIG_KEY_REFUSED', `${prefix}jwks`, 'has no usable key', fix);
  return read.keySet;
}
