/**
 * What a key ring does at one instant, as a function of its keys and that instant alone: who signs, what is published,
 * how long somebody signs. All instants are epoch seconds.
 */
import type { RingKey } from './ring-key.ts';

/** What holds at an instant, and how long. */
export interface RingState {
  /** Undefined when nobody signs. */
  readonly signer: RingKey | undefined;
  readonly published: readonly RingKey[];
  /** When nobody signs any more, with the keys that are known. */
  readonly signsUntil: number;
  /** The state holds from here … */
  readonly from: number;
  /** … and until just before here. */
  readonly until: number;
}

function signs(key: RingKey, at: number): boolean {
  return key.privateKey !== undefined && key.revoked === undefined && key.from <= at && at < key.until;
}

/** The one that began last signs. With the same beginning the key id decides, the same everywhere. */
function isLater(a: RingKey, b: RingKey): boolean {
  return a.from === b.from ? a.key.keyId > b.key.keyId : a.from > b.from;
}

function signerAt(keys: readonly RingKey[], at: number): RingKey | undefined {
  let signer: RingKey | undefined;
  for (const key of keys) if (signs(key, at) && (signer === undefined || isLater(key, signer))) signer = key;
  return signer;
}

/** Walks from key to key, as long as one goes on where another ends. */
function signsUntil(keys: readonly RingKey[], at: number): number {
  let end = at;
  for (;;) {
    const ends = keys.filter((key) => signs(key, end)).map((key) => key.until);
    if (ends.length === 0) return end;
    end = Math.max(...ends);
  }
}

/**
 * Computes it. A key is published from the moment it is known, however far ahead its turn is: then it can take over at
 * once when another one is stolen. It stays published until `after` seconds after its end.
 */
export function ringStateAt(keys: readonly RingKey[], at: number, after: number): RingState {
  const usable = keys.filter(({ revoked }) => revoked === undefined);
  const published = usable.filter(({ until }) => at < until + after);
  const turns = usable.flatMap(({ from, until }) => [from, until, until + after]);
  return {
    signer: signerAt(usable, at),
    published,
    signsUntil: signsUntil(usable, at),
    from: Math.max(...turns.filter((turn) => turn <= at)),
    until: Math.min(...turns.filter((turn) => turn > at)),
  };
}
