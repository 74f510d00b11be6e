/** How long a run takes. `--quick` is for seeing that everything works; its figures mean nothing. */

/** Counts of repetitions. */
export interface Effort {
  /** Paired slices of a row. */
  readonly pairs: number;
  /** Turns of the servers of a framework. */
  readonly turns: number;
  /** Requests of one turn. */
  readonly requestsPerTurn: number;
  /** Requests before the first turn counts: every token is known then, and the compiler is done. */
  readonly requestsToWarmUp: number;
  /** Length of the flood of unknown key ids, in milliseconds. */
  readonly floodMilliseconds: number;
  /** Tokens that are remembered while memory is measured. */
  readonly rememberedTokens: number;
}

const full: Effort = {
  pairs: 21,
  turns: 15,
  requestsPerTurn: 1_000,
  requestsToWarmUp: 20_000,
  floodMilliseconds: 8_000,
  rememberedTokens: 100_000,
};

const quick: Effort = {
  pairs: 3,
  turns: 1,
  requestsPerTurn: 200,
  requestsToWarmUp: 2_000,
  floodMilliseconds: 4_000,
  rememberedTokens: 5_000,
};

/** Reads the effort from the arguments. */
export function effortOf(args: readonly string[]): Effort {
  return args.includes('--quick') ? quick : full;
}
