/** Checks what a service is given instead of the world: clock, `fetch`, logger. A wrong one would fail later, or in silence. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { isClock, systemClock, type Clock } from '../runtime/clock.ts';
import { isLogger } from '../runtime/logger.ts';

interface Surroundings {
  readonly clock?: Clock | undefined;
  readonly fetch?: unknown;
  readonly logger?: unknown;
}

/** Adds a fault for each that was given and does not do its work. Answers the clock that the other checks can use. */
export function checkSurroundings(faults: FaultCollector, { clock, fetch, logger }: Surroundings): Clock {
  const isWrongClock = clock !== undefined && !isClock(clock);
  if (isWrongClock) {
    const fix = 'pass { now: () => milliseconds, monotonic: () => milliseconds }, or leave it out';
    faults.add('CONFIG_INVALID', 'clock', 'is not a clock', fix);
  }
  if (fetch !== undefined && typeof fetch !== 'function') {
    faults.add(
      'CONFIG_INVALID',
      'fetch',
      'is not a function',
      'pass a function like the global fetch, or leave it out',
    );
  }
  if (logger !== undefined && !isLogger(logger)) {
    faults.add(
      'CONFIG_INVALID',
      'logger',
      'is not a logger',
      'pass pino(), or { info, warn, error } like those of pino',
    );
  }
  return clock === undefined || isWrongClock ? systemClock : clock;
}
