/** Decides about a verified caller: still standing, the requirement of the route, the policy of the service. */
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { Caller } from '../identity/caller.ts';
import type { Evidence } from '../identity/evidence.ts';
import type { Decision, DenyDecision } from '../policy/decision.ts';
import type { Policy } from '../policy/policy.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import { senderConstrainedRule } from '../policy/sender-constrained.ts';
import { nothingPresented, type Finding, type FoundRefusal } from './finding.ts';
import type { ServiceAuthSettings } from './options.ts';
import { createOutageJudge } from './outage-judge.ts';

/** Decides. What the policy throws comes out as it is. */
export interface Judge {
  readonly judge: (
    facts: RequestFacts,
    caller: Caller | undefined,
    requirement: CompiledRequirement,
  ) => MaybePromise<Finding>;
  readonly recheck: (caller: Caller) => Outcome<Caller>;
}

/** Makes the judge of a service. */
export function createJudge({ runtime, policy, senderConstrained }: ServiceAuthSettings): Judge {
  const { clock, service } = runtime;
  const judgeOutage = createOutageJudge(runtime);
  const unbound = senderConstrained ? senderConstrainedRule('service') : undefined;

  const recheck: Judge['recheck'] = (caller) => {
    const now = clock.now();
    if (now < caller.expiresAt) return accept(caller);
    const isCertificate = caller.evidence.some((one) => certificateEnd(one) <= now);
    return refuse(isCertificate ? 'CERTIFICATE_EXPIRED' : 'TOKEN_EXPIRED', 'caller.expiresAt', {
      expected: `before ${new Date(caller.expiresAt).toISOString()}`,
    });
  };

  const judge: Judge['judge'] = (facts, caller, requirement) => {
    if (caller === undefined) {
      return requirement.optional ? { stage: 'policy', rule: 'requirement.optional' } : nothingPresented;
    }
    // A context can outlive its proof: a request that waited, a connection that stays open.
    const standing = recheck(caller);
    if (!standing.ok) return { stage: 'authentication', caller, refusal: standing };
    const outage = judgeOutage(facts, caller, requirement);
    if (outage.refusal !== undefined) return { stage: 'authentication', caller, refusal: outage.refusal };
    const { waivers } = outage;
    const now = clock.now();
    const required = unbound?.(caller, now) ?? requirement.decide(caller, now);
    const asked =
      required.effect === 'deny' || policy === undefined ? required : ask(policy, { facts, caller, service });
    return whenKnown(asked, (decision): Finding => {
      const { rule } = decision;
      if (decision.effect === 'allow') return { stage: 'policy', caller, rule, waivers };
      return { stage: 'policy', caller, rule, waivers, refusal: refusalOf(decision) };
    });
  };

  return { judge, recheck };
}

/** When a certificate ends, in epoch milliseconds: never, for what is none. A name by a proxy ends with its caller. */
function certificateEnd(evidence: Evidence): number {
  if (evidence.kind === 'access-token' || evidence.kind === 'sealed-message') return Infinity;
  if (evidence.kind === 'client-certificate') return evidence.notAfter;
  return evidence.certificate?.notAfter ?? -Infinity;
}

/** What the caller and the operator are told of a denial. */
function refusalOf({ reason, rule, scope, stepUp }: DenyDecision): FoundRefusal {
  if (stepUp === undefined) return scope === undefined ? { reason } : { reason, scopes: scope };
  const { acrValues = [], maxAgeSeconds } = stepUp;
  const wanted = [...acrValues.slice(0, 3), ...(maxAgeSeconds === undefined ? [] : [`at most ${maxAgeSeconds} s ago`])];
  return { reason, stepUp, detail: { check: rule, expected: wanted.join(' ') } };
}

interface Question {
  readonly facts: RequestFacts;
  readonly caller: Caller;
  readonly service: string;
}

function ask(policy: Policy, { facts, caller, service }: Question): MaybePromise<Decision> {
  const { method, route } = facts;
  const answer = policy.decide({ caller, service, method, ...(route !== undefined && { route }) });
  // Whatever is no answer yet is waited for, also a promise of another make.
  return isDecision(answer) ? answer : Promise.resolve(answer).then(assertDecision);
}

/** What can still be waited for decides nothing, whatever else it says of itself. */
function isDecision(answer: MaybePromise<Decision> | undefined): answer is Decision {
  const { effect, then } = (answer ?? {}) as Partial<Decision & Promise<Decision>>;
  return (effect === 'allow' || effect === 'deny') && then === undefined;
}

/** A policy written in JavaScript can answer anything; only the two answers count. */
function assertDecision(answer: Decision): Decision {
  if (isDecision(answer)) return answer;
  throw new TypeError('The policy answered neither allow nor deny.');
}
