/**
 * Cheap calls beside their limits, in one process: slices that alternate, as in `paired-slices.ts`, but of calls that
 * take no token and cost so little that nothing may be done between them. Measured is CPU time, all threads.
 */
import type { PairedFigure } from '../paired-slices.ts';
import { median, quartiles } from '../statistics.ts';

/** One call, with the number of the call. It answers at once. */
export type CheapCall = (index: number) => unknown;

const warmUpPairs = 25;

/** How calls are measured. */
export interface CallOptions {
  readonly pairs: number;
  /** Calls between two readings of the processor time: many of cheap ones. */
  readonly batch: number;
}

const sliceMicroseconds = 20_000;

/** What the last call answered: somebody might look, so the compiler must not leave calls out. */
export const seen: { last?: unknown } = {};

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function slice(call: CheapCall, batch: number): number {
  let spent = 0;
  let done = 0;
  while (spent < sliceMicroseconds) {
    const before = cpuMicroseconds();
    for (let index = done; index < done + batch; index += 1) seen.last = call(index);
    spent += cpuMicroseconds() - before;
    done += batch;
  }
  return spent / done;
}

/** Measures a row beside its limits. */
export function measurePairedCalls(
  limits: readonly CheapCall[],
  row: CheapCall,
  { pairs, batch }: CallOptions,
): PairedFigure {
  const contestants = [...limits, row];
  const costs: number[][] = contestants.map(() => []);
  for (let pair = -warmUpPairs; pair < pairs; pair += 1) {
    for (const [index, call] of contestants.entries()) {
      const cost = slice(call, batch);
      if (pair >= 0) costs[index]?.push(cost);
    }
  }
  const own = costs.at(-1) ?? [];
  const ratiosOf = (limit: readonly number[]): number[] => limit.map((cost, index) => cost / (own[index] ?? 0));
  const limitCosts = costs.slice(0, -1);
  return {
    microseconds: median(own),
    limitMicroseconds: limitCosts.map(median),
    ratios: limitCosts.map((cost) => median(ratiosOf(cost))),
    quartiles: quartiles(ratiosOf(limitCosts[0] ?? [])),
  };
}
