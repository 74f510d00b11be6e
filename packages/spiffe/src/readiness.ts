/** Whether a source has had its first good state: those who wait hear of it, of the final failure, or of the time limit. */
import type { SpiffeError } from './spiffe-error.ts';
import type { FaultCollector } from '@countersign/core';
import type { SpiffeRuntime } from './runtime.ts';

/** How long to wait, and what to say then. */
export interface ReadinessOptions {
  readonly runtime: Pick<SpiffeRuntime, 'after'>;
  readonly timeoutSeconds: number;
  readonly describe: () => SpiffeError;
}

/** Waits for the first good state. */
export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #waiting = new Set<(error?: SpiffeError) => void>();
  #isReady = false;
  #failure: SpiffeError | undefined;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** There is a good state. */
  settle(): void {
    this.#isReady = true;
    this.#tell(undefined);
  }

  /** There will be none. A state that was there before stays good. */
  fail(error: SpiffeError): void {
    this.#failure ??= error;
    this.#tell(error);
  }

  /** Settles with the first good state. Rejects with `SpiffeError`. While somebody waits the process stays alive. */
  wait(): Promise<void> {
    if (this.#isReady) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { runtime, timeoutSeconds, describe } = this.#options;
    return new Promise((resolve, reject) => {
      const finish = (error?: SpiffeError): void => {
        callOff();
        this.#waiting.delete(finish);
        if (error === undefined) resolve();
        else reject(error);
      };
      const callOff = runtime.after(timeoutSeconds * 1000, () => finish(describe()), true);
      this.#waiting.add(finish);
    });
  }

  #tell(error: SpiffeError | undefined): void {
    for (const finish of this.#waiting) finish(error);
  }
}

const defaultTimeoutSeconds = 30;
const longestTimeoutSeconds = 600;

/** The option `readyTimeoutSeconds`. */
export function checkReadyTimeout(faults: FaultCollector, given: unknown): number {
  const value = given ?? defaultTimeoutSeconds;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0 && value <= longestTimeoutSeconds) return value;
  const fix = `write a number of seconds above 0, at most ${longestTimeoutSeconds}`;
  faults.add('CONFIG_INVALID', 'readyTimeoutSeconds', 'is out of range', fix);
  return defaultTimeoutSeconds;
}
