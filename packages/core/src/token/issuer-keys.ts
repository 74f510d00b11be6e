/**
 * Keys that the operator gives instead of letting them be fetched. What could be misread as a key of another kind is a
 * fault: a PEM as JWKS, a secret, a JWKS as text, a symmetric or private key, a PEM with anything before it.
 */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { createKeySet, readKeySet, type KeySet } from '../signature/key-set.ts';
import { importPemKey } from '../signature/pem-key.ts';
import type { VerificationKey } from '../signature/verification-key.ts';
import type { AnyIssuerOptions } from './issuer-options.ts';
import type { TokenProfile } from './profile.ts';

/** Where the options stand, and which keys are wanted. */
interface Place {
  /** Option path of the issuer record, with its dot. */
  readonly prefix: string;
  readonly profile: TokenProfile;
}

/** Reads the options `jwks` and `pem`. Answers nothing when neither is given. */
export function checkIssuerKeys(
  faults: FaultCollector,
  options: AnyIssuerOptions,
  { prefix, profile }: Place,
): KeySet | undefined {
  const { jwks, jwksFile, pem, bundle } = options;
  if (jwksFile !== undefined && (typeof jwksFile !== 'string' || jwksFile.trim() === '' || jwksFile.includes('\0'))) {
    faults.add('CONFIG_INVALID', `${prefix}jwksFile`, 'is not a path', 'write the path of a JWKS document');
  }
  if (bundle !== undefined && typeof bundle?.jwtBundle !== 'function') {
    const fix = 'pass createJwtSource() or createBundleSource() of @countersign/spiffe';
    faults.add('CONFIG_INVALID', `${prefix}bundle`, 'is not a source of bundles', fix);
  }
  if (profile.keyUse !== undefined && jwks === undefined && jwksFile === undefined && bundle === undefined) {
    const fix = 'pass the bundle of the trust domain as jwks, its path as jwksFile, or a source of it as bundle';
    faults.add('CONFIG_MISSING', `${prefix}jwks`, 'is missing', fix);
  }
  if (jwks !== undefined) return checkDocument(faults, `${prefix}jwks`, { jwks, use: profile.keyUse });
  return pem === undefined ? undefined : checkPem(faults, `${prefix}pem`, pem);
}

function checkDocument(
  faults: FaultCollector,
  option: string,
  { jwks, use }: { readonly jwks: unknown; readonly use: string | undefined },
): KeySet | undefined {
  const fix = 'pass a JWKS document of public keys: { keys: [{ kty: "EC", … }] }';
  if (typeof jwks !== 'object' || jwks === null || Array.isArray(jwks)) {
    faults.add('CONFIG_KEY_REFUSED', option, 'is not a JWKS document', fix);
    return undefined;
  }
  const read = readKeySet(jwks, use);
  if (typeof read === 'string') {
    faults.add('CONFIG_KEY_REFUSED', option, read, fix);
    return undefined;
  }
  for (const { index, problem } of read.refused) {
    faults.add('CONFIG_KEY_REFUSED', `${option}.keys[${index}]`, problem, fix);
  }
  if (read.keySet.size === 0) {
    const problem = use === undefined ? 'has no usable key' : `has no usable key with use ${use}`;
    faults.add('CONFIG_KEY_REFUSED', option, problem, fix);
  }
  return read.keySet;
}

function checkPem(faults: FaultCollector, option: string, pem: unknown): KeySet | undefined {
  const given: readonly unknown[] = Array.isArray(pem) ? pem : [pem];
  const fix = 'pass the text from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----, nothing else around it';
  if (given.length === 0) faults.add('CONFIG_KEY_REFUSED', option, 'has no key', fix);
  const keys: VerificationKey[] = [];
  for (const [index, one] of given.entries()) {
    const at = Array.isArray(pem) ? `${option}[${index}]` : option;
    const imported = importPemKey(one);
    if (imported.ok) keys.push(imported.key);
    else faults.add('CONFIG_KEY_REFUSED', at, imported.problem, fix);
  }
  return createKeySet(keys);
}
