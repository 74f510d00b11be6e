/** The command could not be carried out: wrong arguments, or input that is none of ours. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to do instead. */
  readonly fix: string;

  /** `problem` and `fix` reach the terminal, so neither may hold a credential. */
  constructor(problem: string, fix: string) {
    super(problem);
    this.fix = fix;
  }
}
