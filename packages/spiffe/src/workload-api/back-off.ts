/** How long to wait before the next try: 1 s, 2 s, 3 s and so on to 30 s, spread so that workloads do not come all at once. */

const stepMilliseconds = 1_000;
const longestMilliseconds = 30_000;
/** A wait lies between this part of its step and the whole step. */
const leastPart = 0.8;

/** Milliseconds to wait after this many failures in a row. */
export function pauseAfter(failures: number, random: () => number): number {
  const step = Math.min(longestMilliseconds, stepMilliseconds * Math.max(1, failures));
  return Math.round(step * (leastPart + (1 - leastPart) * random()));
}
