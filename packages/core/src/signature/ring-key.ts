/**
 * One key of a key ring: what signs, what is published of it, and when. Its dates are fixed when it is made, so that
 * every replica that has the same keys does the same at the same time. A key that would not verify is refused here.
 */
import { createPublicKey, KeyObject } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Secret } from '../errors/secret.ts';
import { algorithmNames, algorithms, isAlgorithm, type Algorithm, type AlgorithmRow } from './algorithms.ts';
import { parseInstant } from './instant.ts';
import { keyThumbprint } from './jwk-thumbprint.ts';
import { revocationCauses, type HistoricalKey, type KeyRevocation, type RevocationCause } from './key-history.ts';
import { publicJwk, type PublicJwk } from './public-jwk.ts';
import { loadPrivateKey, type PrivateKey } from './sign-jws.ts';
import { importVerificationKey, maximumKeyIdLength } from './verification-key.ts';

/** Options of `ringKey`. Instants are ISO 8601 in UTC, e.g. `2026-12-01T00:00:00Z`. */
export interface RingKeyOptions {
  /**
   * The private key: unencrypted PEM in a `Secret`, or a `KeyObject`. A public `KeyObject` is a key whose private half
   * was destroyed: it signs nothing, and verifies what it signed.
   */
  readonly key: Secret | KeyObject;
  readonly algorithm: Algorithm;
  /** Its `kid`. Default: its thumbprint (RFC 7638). */
  readonly keyId?: string;
  /** Begins to sign, and takes over from the key before it. */
  readonly activeFrom: string;
  /** Signs no more. */
  readonly retireAt: string;
  /** It is out at once, whatever the dates say. */
  readonly revoked?: { readonly revokedAt: string; readonly cause: RevocationCause };
}

/** A key of a ring. Made by `ringKey`. */
export interface RingKey extends HistoricalKey {
  /** Undefined when the private half is gone. */
  readonly privateKey: PrivateKey | undefined;
  readonly jwk: PublicJwk;
}

/** The key without its times. */
type LoadedKey = Pick<RingKey, 'key' | 'privateKey' | 'jwk'>;

interface Halves {
  readonly publicKey: KeyObject;
  readonly privateKey: PrivateKey | undefined;
}

const known = ['key', 'algorithm', 'keyId', 'activeFrom', 'retireAt', 'revoked'];

function fits(key: KeyObject, { keyType, curve }: AlgorithmRow): boolean {
  return key.asymmetricKeyType === keyType && key.asymmetricKeyDetails?.namedCurve === curve;
}

/** The halves of it, or the problem. */
function halvesOf(given: unknown, algorithm: Algorithm): Halves | string {
  if (given instanceof KeyObject && given.type === 'public') return { publicKey: given, privateKey: undefined };
  const loaded = loadPrivateKey(given, algorithm);
  if (!loaded.ok) return loaded.problem;
  return { publicKey: createPublicKey(loaded.key.keyObject), privateKey: loaded.key };
}

/** Loads it, or answers the problem. */
function load(given: unknown, algorithm: Algorithm, keyId: string | undefined): LoadedKey | string {
  const halves = halvesOf(given, algorithm);
  if (typeof halves === 'string') return halves;
  const { publicKey, privateKey } = halves;
  if (!fits(publicKey, algorithms[algorithm])) return `does not fit ${algorithm}`;
  const kid = keyId ?? keyThumbprint(publicKey);
  const jwk = publicJwk(publicKey, kid, algorithm);
  const imported = importVerificationKey(jwk);
  if (!imported.ok) return imported.problem;
  return { key: Object.freeze({ ...imported.key, keyId: kid }), privateKey, jwk };
}

function checkKey(faults: FaultCollector, options: Partial<RingKeyOptions>): LoadedKey | undefined {
  const { key, algorithm, keyId } = options;
  if (keyId !== undefined && (typeof keyId !== 'string' || keyId === '' || keyId.length > maximumKeyIdLength)) {
    const fix = `write at most ${maximumKeyIdLength} characters, or leave it out`;
    faults.add('CONFIG_INVALID', 'keyId', 'is not a kid', fix);
    return undefined;
  }
  if (!isAlgorithm(algorithm)) {
    faults.add('CONFIG_INVALID', 'algorithm', 'is not an algorithm', `write one of ${algorithmNames.join(', ')}`);
    return undefined;
  }
  const loaded = load(key, algorithm, keyId);
  if (typeof loaded !== 'string') return loaded;
  faults.add('CONFIG_KEY_REFUSED', 'key', loaded, 'pass new Secret(pem) with an unencrypted private key');
  return undefined;
}

function checkInstant(faults: FaultCollector, option: string, text: unknown): number {
  const instant = parseInstant(text);
  if (instant === undefined) {
    faults.add('CONFIG_INVALID', option, 'is not an instant', 'write it in UTC, e.g. "2026-12-01T00:00:00Z"');
  }
  return instant ?? Number.NaN;
}

function checkRevoked(faults: FaultCollector, revoked: RingKeyOptions['revoked']): KeyRevocation | undefined {
  if (revoked === undefined) return undefined;
  const { revokedAt: text, cause }: Partial<NonNullable<RingKeyOptions['revoked']>> = revoked ?? {};
  const revokedAt = checkInstant(faults, 'revoked.revokedAt', text);
  if (!revocationCauses.includes(cause as RevocationCause)) {
    const fix = `write one of ${revocationCauses.join(', ')}`;
    faults.add('CONFIG_INVALID', 'revoked.cause', 'is not understood', fix);
  }
  return Object.freeze({ revokedAt, cause: cause as RevocationCause });
}

/**
 * Makes a key of a ring.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function ringKey(options: RingKeyOptions): RingKey {
  const faults = new FaultCollector('ringKey');
  const given: Partial<RingKeyOptions> = options ?? {};
  faults.onlyKnown(given, known);
  const loaded = checkKey(faults, given);
  const from = checkInstant(faults, 'activeFrom', given.activeFrom);
  const until = checkInstant(faults, 'retireAt', given.retireAt);
  if (until <= from) faults.add('CONFIG_CONFLICT', 'retireAt', 'is not after activeFrom', 'write a later instant');
  const revoked = checkRevoked(faults, given.revoked);
  faults.throwIfAny();
  return Object.freeze({ ...(loaded as LoadedKey), from, until, revoked });
}
