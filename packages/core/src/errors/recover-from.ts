/** Work that cannot fail: what it throws, now or when its promise settles, is turned into an answer. */
import type { MaybePromise } from './outcome.ts';

/** Does the work. `recover` makes the answer out of an error, and must not throw. */
export function recoverFrom<T>(work: () => MaybePromise<T>, recover: (error: unknown) => T): MaybePromise<T> {
  try {
    const answer = work();
    return answer instanceof Promise ? answer.catch(recover) : answer;
  } catch (error) {
    return recover(error);
  }
}
