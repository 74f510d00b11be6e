/** Time, passed in. Wall time judges claims and certificates; monotonic time judges caches and cool-downs. */
export interface Clock {
  /** Wall time in epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go back, from an arbitrary start. */
  monotonic(): number;
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
