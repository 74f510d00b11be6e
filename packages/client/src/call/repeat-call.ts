/**
 * Sends a call again when that is safe, wanted and affordable: by the table, the options and the budget, within the time
 * of the call. Otherwise the outcome is what it is. Pauses are random from zero up (full jitter), so that many callers
 * do not come back at one moment.
 */
import type { Clock } from '@countersign/core';
import type { Answer } from '../connection/answer.ts';
import type { ConnectionChoice } from '../connection/client-tls.ts';
import { retryAfterSeconds } from './retry-after.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RetrySettings } from './retry-options.ts';
import { answerRules, faultRules, type RetryRule } from './retry-rules.ts';
import type { Attempt, Call } from './send-call.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** What decides about repeats at one client. */
export interface Repetition {
  readonly attempt: Attempt;
  readonly retry: RetrySettings;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** How one attempt ended. */
type Outcome<T> = { readonly answer: Answer<T> } | { readonly fault: unknown };

/** What to do about it. */
interface Repeat {
  readonly pauseSeconds: number;
  readonly connection: ConnectionChoice;
}

function ruleOf(outcome: Outcome<unknown>, { answers }: RetrySettings): RetryRule | undefined {
  if ('answer' in outcome) return answers ? answerRules[outcome.answer.status] : undefined;
  return outcome.fault instanceof ServiceCallError ? faultRules[outcome.fault.code] : undefined;
}

/** How long to wait; undefined when the service did not say what it has to. */
function pauseOf(rule: RetryRule, outcome: Outcome<unknown>, { by, made }: { by: Repetition; made: number }) {
  const { firstPauseSeconds, longestPauseSeconds } = by.retry;
  const jitter = by.random() * Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** (made - 1));
  if (rule.pause === 'random') return jitter;
  const header = 'answer' in outcome ? outcome.answer.header('retry-after') : undefined;
  const asked = retryAfterSeconds(header, by.clock.now());
  return asked === undefined ? undefined : asked + jitter;
}

function repeatOf<T>(
  outcome: Outcome<T>,
  call: Call<T>,
  { by, made }: { by: Repetition; made: number },
): Repeat | undefined {
  const rule = ruleOf(outcome, by.retry);
  if (rule === undefined) {
    if ('answer' in outcome) by.budget.noteSuccess();
    return undefined;
  }
  by.budget.noteFailure();
  const { isReplayable, isIdempotent } = call.request;
  if (!isReplayable || (rule.repeats === 'idempotent' && !isIdempotent)) return undefined;
  if (made >= Math.min(by.retry.maximumAttempts, 1 + (rule.most ?? Infinity)) || !by.budget.permits) return undefined;
  const pauseSeconds = pauseOf(rule, outcome, { by, made });
  if (pauseSeconds === undefined || pauseSeconds >= call.deadline.remainingSeconds()) return undefined;
  return { pauseSeconds, connection: rule.connection };
}

/** Makes attempts until one counts. Rejects with what the last one rejected with. */
export async function repeatCall<T>(by: Repetition, call: Call<T>): Promise<Answer<T>> {
  let connection: ConnectionChoice = 'any';
  for (let made = 1; ; made += 1) {
    const outcome: Outcome<T> = await by.attempt(call, connection).then(
      (answer): Outcome<T> => ({ answer }),
      (fault: unknown): Outcome<T> => ({ fault }),
    );
    const repeat: Repeat | undefined = call.deadline.signal.aborted ? undefined : repeatOf(outcome, call, { by, made });
    if (repeat === undefined) {
      if ('fault' in outcome) throw outcome.fault;
      return outcome.answer;
    }
    if ('answer' in outcome) await outcome.answer.discard();
    await call.deadline.sleep(repeat.pauseSeconds);
    ({ connection } = repeat);
  }
}
