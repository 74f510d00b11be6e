/**
 * The document in which keys stay known after they signed: a JWKS whose keys say when they were good (the historical
 * keys of OpenID Federation 1.0 §8.7: `iat`, `exp` and `revoked` beside the members of the JWK). We serve it over TLS as
 * a JWKS is served, and not as a signed JWT. When it is read, one bad key is left out; a `kid` that stands twice
 * spoils the document.
 */
import {
  createKeyHistory,
  revocationCauses,
  type HistoricalKey,
  type FixedKeyHistory,
  type KeyRevocation,
  type RevocationCause,
} from './key-history.ts';
import { maximumKeys } from './key-set.ts';
import type { PublicJwk } from './public-jwk.ts';
import type { RingKey } from './ring-key.ts';
import { importVerificationKey } from './verification-key.ts';

/** A key of the document. Dates are epoch seconds. */
export interface HistoricalJwk extends Pick<PublicJwk, 'kid' | 'kty' | 'alg' | 'use'> {
  readonly iat: number;
  readonly exp: number;
  readonly revoked?: { readonly revoked_at: number; readonly reason: RevocationCause };
  readonly [member: string]: unknown;
}

/** The document. */
export interface HistoricalKeysDocument {
  readonly keys: readonly HistoricalJwk[];
}

/** What was read, with the keys that were refused. */
export interface ReadHistoricalKeys {
  readonly history: FixedKeyHistory;
  readonly size: number;
  /** Position in `keys`, and the problem. */
  readonly refused: readonly { readonly index: number; readonly problem: string }[];
}

/** Writes the document. */
export function historicalKeysOf(keys: readonly RingKey[]): HistoricalKeysDocument {
  const entries = keys.map(({ jwk, from, until, revoked }) => {
    const told = revoked && { revoked_at: revoked.revokedAt, reason: revoked.cause };
    return Object.freeze<HistoricalJwk>({
      ...jwk,
      iat: from,
      exp: until,
      ...(told !== undefined && { revoked: told }),
    });
  });
  return Object.freeze({ keys: Object.freeze(entries) });
}

/** A whole number of seconds, as everywhere (decision record 0013). */
function isDate(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 1e11;
}

/** Answers the revocation, nothing when there is none, or the problem. */
export function readRevoked(value: unknown): KeyRevocation | undefined | string {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) return 'has a revocation that is no object';
  const { revoked_at: revokedAt, reason } = value as Readonly<Record<string, unknown>>;
  if (!isDate(revokedAt)) return 'was revoked at no date';
  // The reason may be left out, and there are more than we know: then the careful reading counts.
  const isKnown = revocationCauses.includes(reason as RevocationCause);
  return { revokedAt, cause: isKnown ? (reason as RevocationCause) : 'unspecified' };
}

/** A key without dates, as in a plain JWKS, is good at any time. */
function readDates(iat: unknown, exp: unknown): Pick<HistoricalKey, 'from' | 'until'> | string {
  if (iat !== undefined && !isDate(iat)) return 'has a bad iat';
  if (exp !== undefined && !isDate(exp)) return 'has a bad exp';
  return { from: iat ?? Number.NEGATIVE_INFINITY, until: exp ?? Number.POSITIVE_INFINITY };
}

function readKey(entry: unknown): HistoricalKey | string {
  const imported = importVerificationKey(entry);
  if (!imported.ok) return imported.problem;
  const { keyId } = imported.key;
  if (keyId === undefined || keyId === '') return 'has no kid';
  const { iat, exp, revoked: told } = entry as Readonly<Record<string, unknown>>;
  const dates = readDates(iat, exp);
  if (typeof dates === 'string') return dates;
  const revoked = readRevoked(told);
  if (typeof revoked === 'string') return revoked;
  return { key: { ...imported.key, keyId }, ...dates, revoked };
}

function kidOf(entry: unknown): string | undefined {
  const { kid } = (entry ?? {}) as { readonly kid?: unknown };
  return typeof kid === 'string' && kid !== '' ? kid : undefined;
}

/** Reads the document. Answers the problem when it is none. */
export function readHistoricalKeys({ keys }: { readonly keys?: unknown }): ReadHistoricalKeys | string {
  if (!Array.isArray(keys)) return 'has no list of keys';
  if (keys.length > maximumKeys) return `has more than ${maximumKeys} keys`;
  const usable: HistoricalKey[] = [];
  const refused: { index: number; problem: string }[] = [];
  for (const [index, entry] of (keys as readonly unknown[]).entries()) {
    const read = readKey(entry);
    if (typeof read === 'string') refused.push({ index, problem: read });
    else usable.push(read);
  }
  // Also where one of them cannot be read: it may be the one that tells that the key was revoked.
  const ids = (keys as readonly unknown[]).map(kidOf).filter((kid) => kid !== undefined);
  if (new Set(ids).size !== ids.length) return 'has two keys with the same kid';
  return { history: createKeyHistory(usable), size: usable.length, refused };
}
