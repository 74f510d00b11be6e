/**
 * One call that may share its carrier with others: the fields of a GraphQL request, the messages of a connection. The
 * first is verified, the others are decided by what it proved, and whatever is let through is noted. A proof of
 * possession is good once, so the calls of one carrier must not verify it a second time, also not at once.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import type { MaybePromise } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { Caller } from '../identity/caller.ts';
import { leaveMessage, shareMessage } from '../message/message-work.ts';
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

/** A part in the work on a message. */
interface Sharing {
  /** Takes it, once it is known whom the message proved, and before it is decided what that caller may. */
  join(caller: Caller | undefined): void;
  /** Gives it up: the caller may not. */
  leave(): MaybePromise<void>;
}

/** Checks, or waits for the check that is under way, or was refused by a requirement, and decides by what it proved. */
function checkOnce(auth: ServiceAuth, { facts, carrier, requirement }: Call, sharing: Sharing): MaybePromise<Verdict> {
  const first = firstChecks.get(carrier);
  if (first?.auth !== auth) {
    const verdict = settled(auth.check(facts, requirement));
    firstChecks.set(carrier, { auth, verdict });
    return verdict;
  }
  return whenKnown(first.verdict, ({ outcome, context }) => {
    const isProven = outcome !== 'denied' || context.caller !== undefined;
    sharing.join(context.caller);
    return settled(isProven ? auth.narrow(facts, context, requirement) : auth.check(facts, requirement));
  });
}

/** What another service let in is nobody here. */
function isForeign(auth: ServiceAuth, carrier: object): boolean {
  const first = firstChecks.get(carrier);
  return first !== undefined && first.auth !== auth;
}

const sharesNothing: Sharing = Object.freeze({ join: () => {}, leave: () => {} });

/** Several handlers can listen to one event: its message is handled when all of them have handled it. */
function sharingOf({ message }: RequestFacts): Sharing {
  if (message === undefined) return sharesNothing;
  let joined: Caller | undefined;
  return {
    join: (caller) => {
      if (joined !== undefined) return;
      joined = caller;
      shareMessage(caller);
    },
    leave: () => leaveMessage(joined),
  };
}

/** Judges a call. Answers as `check` does: never throws and never rejects. */
export function judgeCall(auth: ServiceAuth, { facts, carrier, requirement }: Call): MaybePromise<Verdict> {
  const known = isForeign(auth, carrier) ? undefined : admissionOf(carrier);
  const wanted = isUnreadable(facts) ? { ...requirement, optional: false } : requirement;
  const sharing = sharingOf(facts);
  sharing.join(known?.context.caller);
  const judging =
    known === undefined
      ? checkOnce(auth, { facts, carrier, requirement: wanted }, sharing)
      : settled(auth.narrow(facts, known.context, wanted));
  return whenKnown(judging, (verdict) => {
    sharing.join(verdict.context.caller);
    if (verdict.outcome === 'denied') return whenKnown(sharing.leave(), () => verdict);
    admit(carrier, verdict);
    return verdict;
  });
}
