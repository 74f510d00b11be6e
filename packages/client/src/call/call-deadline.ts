/**
 * The time of one call: its limit and the signal of its caller, in one signal. The limit also covers the body of the
 * answer, so it stays armed until it has passed or the call has failed.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@countersign/core';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** The limits of a call. */
export interface CallDeadline {
  readonly signal: AbortSignal;
  /** Waits for something, but not longer than the call may take. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Waits, but not longer than the call may take. */
  sleep(seconds: number): Promise<void>;
  /** What is left of the time of the call. */
  remainingSeconds(): number;
  /** The error that ended the call, if time or the caller did. */
  ended(): ServiceCallError | undefined;
  /** The call is over: nothing is armed any more. */
  release(): void;
}

/** How long a call may take. */
export interface CallTime {
  readonly timeoutSeconds: number;
  readonly clock: Clock;
}

/** Many calls may share one signal, such as that of a shutdown. That is no leak, and Node would warn of one. */
function allowMany(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal that is not of Node has no such limit.
  }
}

/** Starts the time of a call, which its caller may end early. */
export function startDeadline(
  { timeoutSeconds, clock }: CallTime,
  caller: AbortSignal | null | undefined,
): CallDeadline {
  const startedAt = clock.monotonic();
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
  else if (caller) {
    allowMany(caller);
    caller.addEventListener('abort', onAbort, { once: true });
  }
  return {
    signal,
    release,
    sleep: async (seconds) => {
      try {
        await wait(seconds * 1000, undefined, { signal });
      } catch {
        throw signal.reason;
      }
    },
    remainingSeconds: () => timeoutSeconds - (clock.monotonic() - startedAt) / 1000,
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
