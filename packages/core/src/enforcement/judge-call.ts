/**
 * One call that may share its carrier with others: the fields of a GraphQL request, the messages of a connection. The
 * first is verified, the others are decided by what it proved, and whatever is let through is noted.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import { admissionOf, admit } from './admission.ts';
import type { ServiceAuth } from './service-auth.ts';
import { isUnreadable } from './unreadable-facts.ts';
import type { Verdict } from './verdict.ts';

/** A call, and the object that stands for its request. */
export interface Call {
  readonly facts: RequestFacts;
  readonly carrier: object;
  readonly requirement: CompiledRequirement;
}

/** Judges a call. Never rejects. */
export async function judgeCall(auth: ServiceAuth, { facts, carrier, requirement }: Call): Promise<Verdict> {
  const known = admissionOf(carrier);
  const wanted = isUnreadable(facts) ? { ...requirement, optional: false } : requirement;
  const verdict = await (known === undefined ? auth.check(facts, wanted) : auth.narrow(facts, known.context, wanted));
  if (verdict.outcome !== 'denied') admit(carrier, verdict);
  return verdict;
}
