/** The time of the test issuer: that of the clock it was given, moved by as much as a test says. */
import type { Clock } from '@countersign/core';

/** The clock. */
export interface IssuerClock {
  /** Epoch seconds, whole ones: as tokens tell time. */
  seconds(): number;
  /** How far ahead it is from now on, in seconds; negative: behind; 0: neither. */
  shift(seconds: number): void;
}

const millisecondsPerSecond = 1000;

/** Makes it. */
export function createIssuerClock(clock: Pick<Clock, 'now'> = Date): IssuerClock {
  let ahead = 0;
  return {
    seconds: () => Math.floor(clock.now() / millisecondsPerSecond) + ahead,
    shift: (seconds) => {
      ahead = seconds;
    },
  };
}
