/**
 * A replay store in the memory of one process. Bounded: when it is full of keys that still count it throws, because
 * forgetting one of them would let its replay in. Time is monotonic, so a clock that is set back forgets nothing.
 */
import { systemClock, type Clock } from '../runtime/clock.ts';
import { checkMemoryStoreOptions } from './memory-store-options.ts';
import type { ReplayStore } from './replay-store.ts';

/** Options of `createMemoryReplayStore`. */
export interface MemoryReplayStoreOptions {
  /** Most keys at once. Default 100,000. */
  readonly capacity?: number;
  /** Default: the system clock. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** A store that answers at once. */
export interface MemoryReplayStore extends ReplayStore {
  /** @throws {RangeError} when the store is full of keys that still count. */
  remember(key: string, milliseconds: number): boolean;
}

const defaultCapacity = 100_000;

/**
 * Makes the store. Its memory ends with the process, and no replica sees it.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createMemoryReplayStore(options: MemoryReplayStoreOptions = {}): MemoryReplayStore {
  checkMemoryStoreOptions('createMemoryReplayStore', options);
  const { capacity = defaultCapacity, clock = systemClock } = options;
  const endsAt = new Map<string, number>();
  /** Before this instant, no key ends. */
  let firstEnd = Infinity;

  /** Keys are kept in the order of their arrival, which is nearly that of their ends. */
  const forgetEnded = (now: number): void => {
    for (const [key, end] of endsAt) {
      if (end > now) break;
      endsAt.delete(key);
    }
    // While nothing can have ended, a full store is not searched again for every proof of a flood.
    if (endsAt.size < capacity || now < firstEnd) return;
    firstEnd = Infinity;
    for (const [key, end] of endsAt) {
      if (end <= now) endsAt.delete(key);
      else firstEnd = Math.min(firstEnd, end);
    }
  };

  return {
    remember: (key, milliseconds) => {
      const now = clock.monotonic();
      const end = endsAt.get(key);
      if (end !== undefined && end > now) return false;
      forgetEnded(now);
      if (endsAt.size >= capacity) throw new RangeError('The replay store is full.');
      // Deleted first, so that the order of arrival stays true.
      endsAt.delete(key);
      endsAt.set(key, now + milliseconds);
      firstEnd = Math.min(firstEnd, now + milliseconds);
      return true;
    },
  };
}
