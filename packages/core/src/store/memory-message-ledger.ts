/**
 * A ledger in the memory of one process. Bounded: when it is full of messages that still count it throws, because
 * forgetting one of them would let its replay in. Time is monotonic, so a clock that is set back forgets nothing.
 */
import { systemClock, type Clock } from '../runtime/clock.ts';
import { checkMemoryStoreOptions } from './memory-store-options.ts';
import type { MessageAttempt, MessageLedger, MessagePast } from './message-ledger.ts';

/** Options of `createMemoryMessageLedger`. */
export interface MemoryMessageLedgerOptions {
  /** Most messages at once. Default 100,000. */
  readonly capacity?: number;
  /** Default: the system clock. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** A ledger that answers at once. */
export interface MemoryMessageLedger extends MessageLedger {
  /** @throws {RangeError} when the ledger is full of messages that still count. */
  begin(attempt: MessageAttempt): MessagePast;
  complete(attempt: MessageAttempt): void;
  release(attempt: MessageAttempt): void;
}

interface Entry {
  readonly digest: string;
  readonly owner: string;
  readonly isDone: boolean;
  readonly leaseEnd: number;
  readonly end: number;
}

const defaultCapacity = 100_000;

/**
 * Makes the ledger. Its memory ends with the process, and no replica sees it.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createMemoryMessageLedger(options: MemoryMessageLedgerOptions = {}): MemoryMessageLedger {
  checkMemoryStoreOptions('createMemoryMessageLedger', options);
  const { capacity = defaultCapacity, clock = systemClock } = options;
  const entries = new Map<string, Entry>();
  /** Before this instant no entry ends, so a full ledger is not searched for every message of a flood. */
  let firstEnd = Infinity;

  const makeRoom = (now: number): void => {
    if (entries.size < capacity) return;
    if (now >= firstEnd) {
      firstEnd = Infinity;
      for (const [name, { end }] of entries) {
        if (end <= now) entries.delete(name);
        else firstEnd = Math.min(firstEnd, end);
      }
    }
    if (entries.size >= capacity) throw new RangeError('The message ledger is full.');
  };

  const keep = (attempt: MessageAttempt, now: number, more: Pick<Entry, 'isDone' | 'leaseEnd'>): void => {
    const { name, digest, owner } = attempt;
    const end = now + attempt.keepMilliseconds;
    entries.set(name, { digest, owner, end, ...more });
    firstEnd = Math.min(firstEnd, end);
  };

  return {
    begin: (attempt) => {
      const now = clock.monotonic();
      const found = entries.get(attempt.name);
      const standing = found !== undefined && found.end > now ? found : undefined;
      if (standing !== undefined && standing.digest !== attempt.digest) return 'other';
      if (standing?.isDone === true) return 'done';
      if (standing !== undefined && standing.leaseEnd > now) return 'busy';
      if (found === undefined) makeRoom(now);
      keep(attempt, now, { isDone: false, leaseEnd: now + attempt.leaseMilliseconds });
      return standing === undefined ? 'new' : 'again';
    },
    complete: (attempt) => {
      // Also when another attempt has begun meanwhile: the message was handled.
      keep(attempt, clock.monotonic(), { isDone: true, leaseEnd: 0 });
    },
    release: (attempt) => {
      const found = entries.get(attempt.name);
      if (found === undefined || found.isDone || found.owner !== attempt.owner) return;
      entries.set(attempt.name, { ...found, leaseEnd: 0 });
    },
  };
}
