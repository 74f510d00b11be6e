/**
 * Finds the key that was good when something was signed: for what is verified long after, such as a message that waited
 * in a queue. A key counts between its two dates. A revoked key counts for nothing, because whoever holds a stolen key
 * can write any date; only one that was revoked as `superseded` still counts for what was signed before.
 */
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { KeySelector } from './key-source.ts';
import type { VerificationKey } from './verification-key.ts';

/** What was signed says this about its key. Unverified: it selects, and does nothing else. */
export interface HistoricalKeySelector extends KeySelector {
  /** When it was signed, in epoch seconds: its `iat`. */
  readonly signedAt: number;
}

/** Finds keys of the past and of now. */
export interface KeyHistory {
  find(selector: HistoricalKeySelector): MaybePromise<Outcome<VerificationKey>>;
  /** Settles when keys are in hand; rejects when they cannot be had. */
  ready?(): Promise<void>;
  close?(): Promise<void>;
}

/** Keys at hand: the answer waits for nobody. */
export interface FixedKeyHistory extends KeyHistory {
  find(selector: HistoricalKeySelector): Outcome<VerificationKey>;
}

/** Why a key was revoked (OpenID Federation 1.0 §8.7.2). */
export const revocationCauses = ['unspecified', 'compromised', 'superseded'] as const;

/** One of the causes. */
export type RevocationCause = (typeof revocationCauses)[number];

/** That a key was revoked. */
export interface KeyRevocation {
  /** Epoch seconds. */
  readonly revokedAt: number;
  readonly cause: RevocationCause;
}

/** A key and its times. */
export interface HistoricalKey {
  readonly key: VerificationKey & { readonly keyId: string };
  /** First second at which it signed, in epoch seconds. */
  readonly from: number;
  /** Last second, in epoch seconds. */
  readonly until: number;
  readonly revoked: KeyRevocation | undefined;
}

/** `Date` holds no more on either side (ECMA-262 §21.4.1.1), and throws. */
const lastSecond = 8.64e12;

function instant(epochSeconds: number): string {
  return Math.abs(epochSeconds) <= lastSecond ? new Date(epochSeconds * 1000).toISOString() : String(epochSeconds);
}

function judge({ key, from, until, revoked }: HistoricalKey, signedAt: number): Outcome<VerificationKey> {
  const counts = revoked === undefined || (revoked.cause === 'superseded' && signedAt < revoked.revokedAt);
  if (!counts) return refuse('KEY_REVOKED', 'kid', { expected: 'a key that is not revoked', actual: revoked.cause });
  if (signedAt >= from && signedAt <= until) return accept(key);
  const expected = `between ${instant(from)} and ${instant(until)}`;
  return refuse('KEY_NOT_VALID_THEN', 'iat', { expected, actual: instant(signedAt) });
}

/** Keys that do not change, one for each key id: the last one counts. */
export function createKeyHistory(keys: readonly HistoricalKey[]): FixedKeyHistory {
  const byId = new Map(keys.map((entry) => [entry.key.keyId, entry]));
  return Object.freeze<FixedKeyHistory>({
    find: ({ keyId, algorithm, signedAt }) => {
      // Keys come and go, so that "the only key that fits" would mean another one tomorrow.
      const entry = keyId === undefined ? undefined : byId.get(keyId);
      if (entry === undefined) return refuse('TOKEN_KEY_UNKNOWN', 'kid', keyId === undefined ? {} : { actual: keyId });
      if (!entry.key.algorithms.has(algorithm)) {
        return refuse('TOKEN_ALGORITHM_REFUSED', 'alg', { expected: 'the algorithm of the key', actual: algorithm });
      }
      return judge(entry, signedAt);
    },
  });
}
