/** Options of the stores in memory, checked once. A store whose bound is no number would have none. */
import { FaultCollector } from '../errors/configuration-error.ts';

/** The options of both stores, as far as they are checked alike. */
interface MemoryStoreOptions {
  readonly capacity?: number;
  readonly clock?: { monotonic(): number };
}

/**
 * Checks the options. `where` names the function they were given to.
 * @throws {ConfigurationError} with every fault.
 */
export function checkMemoryStoreOptions(where: string, options: MemoryStoreOptions): void {
  const faults = new FaultCollector(where);
  if (typeof options !== 'object' || options === null) {
    faults.add('CONFIG_INVALID', 'options', 'are not an object', 'pass { capacity: 100_000 }, or nothing');
    faults.throwIfAny();
  }
  faults.onlyKnown(options, ['capacity', 'clock']);
  const { capacity, clock } = options;
  if (capacity !== undefined && !(Number.isSafeInteger(capacity) && capacity >= 0)) {
    faults.add('CONFIG_INVALID', 'capacity', 'is no whole number', 'write how many entries it holds at most');
  }
  if (clock !== undefined && typeof clock?.monotonic !== 'function') {
    faults.add('CONFIG_INVALID', 'clock', 'is not a clock', 'pass { monotonic: () => milliseconds }');
  }
  faults.throwIfAny();
}
