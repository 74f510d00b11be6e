/**
 * The time of one call: its limit and the signal of its caller, in one signal. The limit also covers the body of the
 * answer, so it stays armed until it has passed or the call has failed.
 */
import { ServiceCallError } from './service-call-error.ts';

/** The limits of a call. */
export interface CallDeadline {
  readonly signal: AbortSignal;
  /** Waits for something, but not longer than the call may take. */
  race<T>(work: Promise<T>): Promise<T>;
  /** The error that ended the call, if time or the caller did. */
  ended(): ServiceCallError | undefined;
  /** The call is over: nothing is armed any more. */
  release(): void;
}

/** Starts the time of a call. */
export function startDeadline(timeoutSeconds: number, caller: AbortSignal | null | undefined): CallDeadline {
  const controller = new AbortController();
  const { signal } = controller;
  const end = (code: 'TIMED_OUT' | 'ABORTED', expected?: string): void => {
    release();
    controller.abort(new ServiceCallError(code, expected === undefined ? {} : { expected }));
  };
  const onAbort = (): void => end('ABORTED');
  const timer = setTimeout(() => end('TIMED_OUT', `at most ${timeoutSeconds} s`), timeoutSeconds * 1000);
  timer.unref();
  const release = (): void => {
    clearTimeout(timer);
    caller?.removeEventListener('abort', onAbort);
  };
  if (caller?.aborted === true) onAbort();
  else caller?.addEventListener('abort', onAbort, { once: true });
  return {
    signal,
    release,
    ended: () => (signal.aborted ? (signal.reason as ServiceCallError) : undefined),
    race: (work) =>
      new Promise((resolve, reject) => {
        const onEnd = (): void => reject(signal.reason as ServiceCallError);
        if (signal.aborted) onEnd();
        else signal.addEventListener('abort', onEnd, { once: true });
        void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd));
      }),
  };
}
