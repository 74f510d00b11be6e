/** What a handler of undici steers a request with: it ends it, or holds the body back while it is not ready for more. */
import type { Dispatcher } from 'undici';

/** The controller of one request. */
export class DispatchControl implements Dispatcher.DispatchController {
  readonly #ending = new AbortController();
  #resume: (() => void) | undefined;
  #resumed: Promise<void> | undefined;

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get aborted(): boolean {
    return this.#ending.signal.aborted;
  }

  get reason(): Error | null {
    return this.aborted ? (this.#ending.signal.reason as Error) : null;
  }

  get paused(): boolean {
    return this.#resumed !== undefined;
  }

  abort(reason: Error): void {
    this.#ending.abort(reason);
    this.resume();
  }

  pause(): void {
    this.#resumed ??= new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#resume?.();
    this.#resumed = undefined;
  }

  /** Waits while the handler is not ready. */
  async whileHeld(): Promise<void> {
    while (this.#resumed !== undefined && !this.aborted) await this.#resumed;
  }
}
