/**
 * One call that may share its carrier with others: the fields of a GraphQL request, the messages of a connection. The
 * first is verified, the others are decided by what it proved, and whatever is let through is noted. A proof of
 * possession is good once, so the calls of one carrier must not verify it a second time, also not at once.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import type { MaybePromise } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import { giveMessageBack, shareMessage } from '../message/message-work.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import { admissionOf, admit } from './admission.ts';
import type { ServiceAuth } from './service-auth.ts';
import { isUnreadable } from './unreadable-facts.ts';
import { settled, type Verdict } from './verdict.ts';

/** A call, and the object that stands for its request. */
export interface Call {
  readonly facts: RequestFacts;
  readonly carrier: object;
  readonly requirement: CompiledRequirement;
}

interface FirstCheck {
  readonly auth: ServiceAuth;
  readonly verdict: MaybePromise<Verdict>;
}

const firstChecks = new WeakMap<object, FirstCheck>();

/** Checks, or waits for the check that is under way, or was refused by a requirement, and decides by what it proved. */
function checkOnce(auth: ServiceAuth, { facts, carrier, requirement }: Call): MaybePromise<Verdict> {
  const first = firstChecks.get(carrier);
  if (first?.auth !== auth) {
    const verdict = settled(auth.check(facts, requirement));
    firstChecks.set(carrier, { auth, verdict });
    return verdict;
  }
  return whenKnown(first.verdict, ({ outcome, context }) => {
    const isProven = outcome !== 'denied' || context.caller !== undefined;
    return settled(isProven ? auth.narrow(facts, context, requirement) : auth.check(facts, requirement));
  });
}

/** What another service let in is nobody here. */
function isForeign(auth: ServiceAuth, carrier: object): boolean {
  const first = firstChecks.get(carrier);
  return first !== undefined && first.auth !== auth;
}

/** Judges a call. Answers as `check` does: never throws and never rejects. */
export function judgeCall(auth: ServiceAuth, { facts, carrier, requirement }: Call): MaybePromise<Verdict> {
  const known = isForeign(auth, carrier) ? undefined : admissionOf(carrier);
  const wanted = isUnreadable(facts) ? { ...requirement, optional: false } : requirement;
  const judging =
    known === undefined
      ? checkOnce(auth, { facts, carrier, requirement: wanted })
      : settled(auth.narrow(facts, known.context, wanted));
  return whenKnown(judging, (verdict) => {
    if (verdict.outcome !== 'denied') {
      admit(carrier, verdict);
      // Several handlers can listen to one event: it is handled when all of them have handled it.
      if (facts.message !== undefined) shareMessage(verdict.context.caller);
      return verdict;
    }
    // A message that policy refused was begun: nobody works on it.
    return whenKnown(giveMessageBack(verdict.context.caller), () => verdict);
  });
}
