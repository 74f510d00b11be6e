/** How long a run takes. `--quick` is for seeing that everything works; its figures mean nothing. */

/** Counts of repetitions. */
export interface Effort {
  /** Paired slices of a row. */
  readonly pairs: number;
  /** Turns of the servers of a framework. */
  readonly turns: number;
  /** Requests of one turn. */
  readonly requestsPerTurn: number;
  /** Length of the flood of unknown key ids, in milliseconds. */
  readonly floodMilliseconds: number;
  /** Tokens that are remembered while memory is measured. */
  readonly rememberedTokens: number;
}

const full: Effort = {
  pairs: 21,
  turns: 5,
  requestsPerTurn: 1_000,
  floodMilliseconds: 8_000,
  rememberedTokens: 100_000,
};

const quick: Effort = {
  pairs: 3,
  turns: 1,
  requestsPerTurn: 200,
  floodMilliseconds: 4_000,
  rememberedTokens: 5_000,
};

/** Reads the effort from the arguments. */
export function effortOf(args: readonly string[]): Effort {
  return args.includes('--quick') ? quick : full;
}
