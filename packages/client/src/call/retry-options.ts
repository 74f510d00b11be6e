/**
 * The options of repeats, checked once. The default is the careful one: a call is repeated once, after a connection that
 * was never made or that was lost, and no answer is repeated.
 */
import type { FaultCollector } from '@countersign/core';

/** When a call that failed is sent again. */
export interface RetryOptions {
  /** How often a call may be sent in all. Default 2, at most 10. */
  readonly maximumAttempts?: number | undefined;
  /** Whether answers are repeated too: 429 and 503 with `Retry-After`, 502 and 504. Default false. */
  readonly answers?: boolean | undefined;
  /** Upper end of the random pause before the first repeat, in seconds; it doubles with each. Default 0.05. */
  readonly firstPauseSeconds?: number | undefined;
  /** Upper end of all pauses, in seconds. Default 2. A longer `Retry-After` is kept all the same. */
  readonly longestPauseSeconds?: number | undefined;
}

/** The options after the check. */
export interface RetrySettings {
  /** 1 when nothing is repeated. */
  readonly maximumAttempts: number;
  readonly answers: boolean;
  readonly firstPauseSeconds: number;
  readonly longestPauseSeconds: number;
}

const known = ['maximumAttempts', 'answers', 'firstPauseSeconds', 'longestPauseSeconds'];
const careful: RetrySettings = { maximumAttempts: 2, answers: false, firstPauseSeconds: 0.05, longestPauseSeconds: 2 };
const highestAttempts = 10;
const longestPauseSeconds = 60;

function isPause(value: number): boolean {
  return Number.isFinite(value) && value >= 0 && value <= longestPauseSeconds;
}

/** Checks the option `retry`. */
export function checkRetry(faults: FaultCollector, retry: RetryOptions | false | undefined): RetrySettings {
  if (retry === false) return { ...careful, maximumAttempts: 1 };
  if (retry === undefined) return careful;
  if (typeof retry !== 'object' || retry === null) {
    faults.add('CONFIG_INVALID', 'retry', 'is not an object', 'pass { maximumAttempts: 3, answers: true }, or false');
    return careful;
  }
  faults.onlyKnown(retry, known, 'retry.');
  const settings: RetrySettings = {
    maximumAttempts: retry.maximumAttempts ?? careful.maximumAttempts,
    answers: retry.answers ?? careful.answers,
    firstPauseSeconds: retry.firstPauseSeconds ?? careful.firstPauseSeconds,
    longestPauseSeconds: retry.longestPauseSeconds ?? careful.longestPauseSeconds,
  };
  const { maximumAttempts } = settings;
  if (!(Number.isInteger(maximumAttempts) && maximumAttempts >= 1 && maximumAttempts <= highestAttempts)) {
    faults.add('CONFIG_INVALID', 'retry.maximumAttempts', 'is out of range', `write 1 to ${highestAttempts}`);
  }
  if (typeof settings.answers !== 'boolean') {
    faults.add('CONFIG_INVALID', 'retry.answers', 'is not true or false', 'write true or false');
  }
  for (const name of ['firstPauseSeconds', 'longestPauseSeconds'] as const) {
    if (isPause(settings[name])) continue;
    faults.add('CONFIG_INVALID', `retry.${name}`, 'is out of range', `write 0 to ${longestPauseSeconds} seconds`);
  }
  return Object.freeze(settings);
}
