/** One part of a requirement at work, and how it denies. */
import type { Caller } from '../identity/caller.ts';
import type { DenyDecision, PolicyReason } from './decision.ts';

/** Answers a denial, or nothing. `now` in epoch milliseconds. */
export type Rule = (caller: Caller, now: number) => DenyDecision | undefined;

/** The denial of a part of the requirement. */
export function deny(part: string, reason: PolicyReason, scope?: readonly string[]): DenyDecision {
  const rule = `requirement.${part}`;
  return scope === undefined ? { effect: 'deny', rule, reason } : { effect: 'deny', rule, reason, scope };
}
