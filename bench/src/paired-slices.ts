/**
 * Short slices of a row that alternate with slices of its limits, in one process: what disturbs one of them disturbs its
 * neighbours too, and the median of the paired ratios shows the row. Measured is CPU time of the process, all threads.
 *
 * Tokens come as a header does: bytes that are made into a text, of which the credential is a part. A text that was
 * looked up before keeps its hash, so that a Map which is asked for the same object again would look too fast.
 */
import { median, quartiles } from './statistics.ts';
import type { Verify } from './limits.ts';

/** How slices are taken. */
export interface SliceOptions {
  readonly pairs: number;
  readonly sliceMilliseconds: number;
  /** Whether making the text of a header from its bytes is measured too, as it is part of any request. */
  readonly withHeader: boolean;
}

/** One row beside its limits. */
export interface PairedFigure {
  /** Cost of each limit in microseconds of CPU. */
  readonly limitMicroseconds: readonly number[];
  readonly microseconds: number;
  /** Cost of each limit divided by that of the row: 1.00 is the limit. */
  readonly ratios: readonly number[];
  /** Quartiles of the first ratio. */
  readonly quartiles: readonly [number, number];
}

/** Slices taken before any counts: the compiler needs them. */
const warmUpPairs = 25;
const batch = 250;
const prefix = 'Bearer ';

/** Hands out tokens in turn, each time as a new text. */
export interface TokenFeed {
  readonly next: () => string;
}

/** Makes the feed. It goes on where it stopped, so that a token comes back only after all the others. */
export function createTokenFeed(tokens: readonly string[]): TokenFeed {
  const headers = tokens.map((token) => Buffer.from(prefix + token, 'latin1'));
  let position = 0;
  return {
    next: () => {
      const bytes = headers[position];
      position = (position + 1) % headers.length;
      return bytes === undefined ? '' : bytes.toString('latin1').slice(prefix.length);
    },
  };
}

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function runBatch(verify: Verify, next: () => string): Promise<void> {
  for (let done = 0; done < batch; done += 1) {
    const result = verify(next());
    if (result instanceof Promise) await result;
  }
}

/** Runs one slice; answers CPU microseconds per operation. */
async function slice(verify: Verify, feed: TokenFeed, options: SliceOptions): Promise<number> {
  const limit = options.sliceMilliseconds * 1000;
  let spent = 0;
  let done = 0;
  while (spent < limit) {
    let next = (): string => feed.next();
    if (!options.withHeader) {
      const ready = Array.from({ length: batch }, () => feed.next());
      next = () => ready.pop() ?? '';
    }
    const before = cpuMicroseconds();
    await runBatch(verify, next);
    spent += cpuMicroseconds() - before;
    done += batch;
  }
  return spent / done;
}

/** Measures a row beside its limits, each with a feed of its own. */
export async function measurePaired(
  limits: readonly Verify[],
  row: Verify,
  { tokens, options }: { readonly tokens: readonly string[]; readonly options: SliceOptions },
): Promise<PairedFigure> {
  const contestants = [...limits, row].map((verify) => ({ verify, feed: createTokenFeed(tokens) }));
  const costs: number[][] = contestants.map(() => []);
  for (let pair = -warmUpPairs; pair < options.pairs; pair += 1) {
    for (const [index, { verify, feed }] of contestants.entries()) {
      const cost = await slice(verify, feed, options);
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
