/**
 * Spares a server that fails: after some failures in a row it is not called for a while, then by one call at a time
 * until one succeeds. Only the caller knows what a failure is; what a stranger can provoke at will must not be one.
 */
import type { Clock } from './clock.ts';

/** A call that the breaker let through. Exactly one of the two must follow. */
export interface BreakerCall {
  succeeded(): void;
  /** `pauseMilliseconds` is how long the server asked to be left alone; it opens the breaker at once. */
  failed(pauseMilliseconds?: number): void;
}

/** Lets calls through, or not. */
export interface CircuitBreaker {
  /** Answers `undefined` when the server must not be called now. */
  begin(): BreakerCall | undefined;
}

/** Failures in a row that open the breaker. */
export const failuresUntilOpen = 5;
const shortestPauseMilliseconds = 1_000;
const longestPauseMilliseconds = 30_000;
const longestAskedMilliseconds = 60_000;

/** Makes one, closed. */
export function createCircuitBreaker(clock: Pick<Clock, 'monotonic'>): CircuitBreaker {
  let failures = 0;
  /** Times the breaker opened since the last success. */
  let openings = 0;
  let openUntil: number | undefined;
  let isProbing = false;

  const open = (askedMilliseconds: number): void => {
    const own = Math.min(longestPauseMilliseconds, shortestPauseMilliseconds * 2 ** openings);
    openings += 1;
    openUntil = clock.monotonic() + Math.max(own, Math.min(askedMilliseconds, longestAskedMilliseconds));
  };

  const callFor = (isProbe: boolean): BreakerCall => ({
    succeeded: () => {
      if (isProbe) isProbing = false;
      failures = 0;
      openings = 0;
      openUntil = undefined;
    },
    failed: (pauseMilliseconds = 0) => {
      if (isProbe) isProbing = false;
      // Calls that began before it opened tell nothing new.
      else if (openUntil !== undefined) return;
      failures += 1;
      if (isProbe || pauseMilliseconds > 0 || failures >= failuresUntilOpen) open(pauseMilliseconds);
    },
  });

  return {
    begin: () => {
      if (openUntil === undefined) return callFor(false);
      if (isProbing || clock.monotonic() < openUntil) return undefined;
      isProbing = true;
      return callFor(true);
    },
  };
}
