/**
 * A bound on the repeats of one client, so that a storm is not multiplied (the bucket of gRPC's retry throttling): each
 * failure takes a token out, each success puts a tenth back, and nothing is repeated while half of them are gone. So ten
 * repeats come at once, and in the long run one on ten calls that end well.
 */

const fullBucket = 20;
const perSuccess = 0.1;

/** Counts. */
export class RetryBudget {
  #tokens = fullBucket;

  /** Whether something may be repeated now. */
  get permits(): boolean {
    return this.#tokens >= fullBucket / 2;
  }

  noteFailure(): void {
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  noteSuccess(): void {
    this.#tokens = Math.min(fullBucket, this.#tokens + perSuccess);
  }
}
