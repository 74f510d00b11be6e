/** Checks what a service is given instead of the world: clock, `fetch`, logger. A wrong one would fail later, or in silence. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';

interface Surroundings {
  readonly clock?: Clock;
  readonly fetch?: unknown;
  readonly logger?: unknown;
}

function hasAll(value: unknown, methods: readonly string[]): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return methods.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
}

/** Adds a fault for each that was given and does not do its work. Answers the clock that the other checks can use. */
export function checkSurroundings(faults: FaultCollector, { clock, fetch, logger }: Surroundings): Clock {
  const isWrongClock = clock !== undefined && !hasAll(clock, ['now', 'monotonic']);
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
  if (logger !== undefined && !hasAll(logger, ['info', 'warn', 'error'])) {
    faults.add(
      'CONFIG_INVALID',
      'logger',
      'is not a logger',
      'pass pino(), or { info, warn, error } like those of pino',
    );
  }
  return clock === undefined || isWrongClock ? systemClock : clock;
}
