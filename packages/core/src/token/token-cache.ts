/**
 * A bounded memory for what verification found out, keyed by the SHA-256 of the whole token: no part of a token that an
 * attacker shapes can meet the entry of another one. What is found here is not yet believed; see token-verifier.
 *
 * Two generations stand in for an exact order of use: an entry that is used moves to the young one, and when that is
 * full the old one is forgotten. A hit in the young generation writes nothing.
 */
import { hash } from 'node:crypto';

/** Limits of the memory. */
export interface TokenCacheLimits {
  /** Most tokens. Default 10,000. */
  readonly maximumEntries?: number;
  /** Most bytes, estimated from the length of the tokens. Default 64 MiB. */
  readonly maximumBytes?: number;
}

/** What can be remembered. It says itself what it weighs: one object less to be fetched for each known token. */
export interface Weighed {
  /** By `weightOf`. */
  readonly bytes: number;
}

/** Remembers values by token. */
export interface TokenCache<V extends Weighed> {
  /** Answers the key of a token. */
  keyOf(token: string): string;
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
}

const defaultEntries = 10_000;
const defaultBytes = 64 * 1024 * 1024;
/** Measured with `--expose-gc`: the claims of a token take about three times its length, and an entry half a kilobyte. */
const bytesPerCharacter = 3;
const bytesPerEntry = 512;

/** Bytes that what is known about a token may take. */
export function weightOf(token: string): number {
  return token.length * bytesPerCharacter + bytesPerEntry;
}

/** Makes the memory. */
export function createTokenCache<V extends Weighed>(limits: TokenCacheLimits = {}): TokenCache<V> {
  const { maximumEntries = defaultEntries, maximumBytes = defaultBytes } = limits;
  // Each generation holds at most half, so that both together keep within the limits.
  const entriesEach = Math.max(1, Math.floor(maximumEntries / 2));
  const bytesEach = Math.floor(maximumBytes / 2);
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  let youngBytes = 0;

  const put = (key: string, entry: V): void => {
    if (young.size >= entriesEach || youngBytes + entry.bytes > bytesEach) {
      old = young;
      young = new Map();
      youngBytes = 0;
    }
    const { size } = young;
    young.set(key, entry);
    // One key is one token, so an entry that takes the place of another weighs the same.
    if (young.size > size) youngBytes += entry.bytes;
  };

  return {
    keyOf: (token) => hash('sha256', token, 'base64url'),
    get: (key) => {
      const entry = young.get(key);
      if (entry !== undefined) return entry;
      const older = old.get(key);
      if (older === undefined) return undefined;
      old.delete(key);
      put(key, older);
      return older;
    },
    set: (key, value) => {
      // What the old generation still knows of the key is not found any more, and goes with it.
      if (value.bytes <= bytesEach) put(key, value);
    },
    delete: (key) => {
      const entry = young.get(key);
      if (entry !== undefined) youngBytes -= entry.bytes;
      young.delete(key);
      old.delete(key);
    },
  };
}
