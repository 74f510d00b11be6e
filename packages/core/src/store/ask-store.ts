/**
 * Asks a store, and waits no longer than a bound: a store that throws, rejects or hangs cannot tell, and "cannot tell"
 * is an answer of its own. A store in memory answers at once, without a promise and without a timer.
 */
import type { MaybePromise } from '../errors/outcome.ts';

/** What the store said, or why it could not. The problem is safe to show. */
export type StoreAnswer<T> =
  | { readonly told: true; readonly value: T }
  | { readonly told: false; readonly problem: string };

/** Longest wait for a store, in milliseconds. Stores have shorter bounds of their own. */
const longestWaitMilliseconds = 1000;

function failed(error: unknown): { readonly told: false; readonly problem: string } {
  // The name only: messages of clients can hold addresses and more.
  return { told: false, problem: error instanceof Error ? error.name : 'a value was thrown' };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}

/** Asks. Never throws, never rejects. */
export function askStore<T>(
  ask: () => MaybePromise<T>,
  waitMilliseconds: number = longestWaitMilliseconds,
): MaybePromise<StoreAnswer<T>> {
  let asked: MaybePromise<T>;
  try {
    asked = ask();
  } catch (error) {
    return failed(error);
  }
  // A promise of another make is waited for as well: it must not pass as an answer.
  if (!isThenable(asked)) return { told: true, value: asked };
  const pending = asked;
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ told: false, problem: `no answer within ${waitMilliseconds} ms` }),
      waitMilliseconds,
    ).unref();
    void Promise.resolve(pending)
      .then(
        (value): StoreAnswer<T> => ({ told: true, value }),
        (error: unknown) => failed(error),
      )
      .then((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
  });
}
