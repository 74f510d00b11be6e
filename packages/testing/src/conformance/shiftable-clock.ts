/** The clock of the service under test. Real time goes on, and the cases set it off. */
import type { Clock } from '@countersign/core';

/** A clock that can be set off. */
export interface ShiftableClock extends Clock {
  /** Sets the wall clock this far off. Forward it is time that passes; the monotonic clock never goes back. */
  shift(milliseconds: number): void;
  /** Lets time pass for the monotonic clock alone. */
  pass(milliseconds: number): void;
}

/** Makes it, on time. */
export function shiftableClock(): ShiftableClock {
  let wallOffset = 0;
  let passed = 0;
  return {
    now: () => Date.now() + wallOffset,
    monotonic: () => performance.now() + passed,
    shift: (milliseconds) => {
      passed += Math.max(0, milliseconds - wallOffset);
      wallOffset = milliseconds;
    },
    pass: (milliseconds) => {
      passed += milliseconds;
    },
  };
}
