/** Time, passed in. Wall time judges claims and certificates; monotonic time judges caches and cool-downs. */
export interface Clock {
  /** Wall time in epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go back, from an arbitrary start. */
  monotonic(): number;
}

/** Whether a value does the work of a clock. */
export function isClock(value: unknown): value is Clock {
  const { now, monotonic } = (value ?? {}) as Partial<Clock>;
  return typeof now === 'function' && typeof monotonic === 'function';
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
