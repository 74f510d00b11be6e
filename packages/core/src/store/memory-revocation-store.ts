/**
 * A revocation store in the memory of one process, bounded. A full store refuses new revocations, out loud: forgetting an
 * older one would let its tokens in again.
 */
import { systemClock, type Clock } from '../runtime/clock.ts';
import { checkMemoryStoreOptions } from './memory-store-options.ts';
import { checkRevocationOrder } from './revocation-order.ts';
import { revocationName, type Revocation, type RevocationStore } from './revocation-store.ts';

/** Options of `createMemoryRevocationStore`. */
export interface MemoryRevocationStoreOptions {
  /** Most revocations at once. Default 100,000. */
  readonly capacity?: number;
  /** Default: the system clock. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** A store that takes revocations. */
export interface MemoryRevocationStore extends RevocationStore {
  /**
   * Revokes, for so many milliseconds: as long as the revoked tokens can live.
   * @throws {RangeError} when the store is full, or when the order would revoke nothing.
   */
  revoke(revocation: Revocation, milliseconds: number): void;
  revokedUntil(names: readonly string[]): number | undefined;
  revision(): number;
}

interface Entry {
  readonly until: number;
  readonly endsAt: number;
}

const defaultCapacity = 100_000;

/**
 * Makes the store.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createMemoryRevocationStore(options: MemoryRevocationStoreOptions = {}): MemoryRevocationStore {
  checkMemoryStoreOptions('createMemoryRevocationStore', options);
  const { capacity = defaultCapacity, clock = systemClock } = options;
  const entries = new Map<string, Entry>();
  let orders = 0;
  return {
    revision: () => orders,
    revoke: (order, milliseconds) => {
      checkRevocationOrder(order, milliseconds);
      const { kind, issuer, value, issuedUntil = Infinity } = order;
      const now = clock.monotonic();
      const name = revocationName(kind, issuer, value);
      const known = entries.get(name);
      if (known === undefined && entries.size >= capacity) {
        for (const [one, { endsAt }] of entries) if (endsAt <= now) entries.delete(one);
        if (entries.size >= capacity) throw new RangeError('The revocation store is full.');
      }
      // What was revoked stays revoked: a second order can only add to the first.
      const standing = known !== undefined && known.endsAt > now ? known : { until: issuedUntil, endsAt: 0 };
      orders += 1;
      entries.set(name, {
        until: Math.max(standing.until, issuedUntil),
        endsAt: Math.max(standing.endsAt, now + milliseconds),
      });
    },
    revokedUntil: (names) => {
      if (entries.size === 0) return undefined;
      const now = clock.monotonic();
      let latest: number | undefined;
      for (const name of names) {
        const entry = entries.get(name);
        if (entry === undefined || entry.endsAt <= now) continue;
        latest = latest === undefined ? entry.until : Math.max(latest, entry.until);
      }
      return latest;
    },
  };
}
