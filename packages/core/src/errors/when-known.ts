/** Goes on with a value that may still be a promise, without making one where there is none: the fast path stays synchronous. */
import type { MaybePromise } from './outcome.ts';

/** Goes on now, or when the promise settles. A rejection stays a rejection. */
export function whenKnown<T, R>(value: MaybePromise<T>, goOn: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}
