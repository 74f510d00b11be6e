/**
 * Ends a request: one audit event, written before the handler runs, then the verdict. And the event of what never became
 * a request: a refused TLS handshake.
 */
import { buildAuditEvent, type DecisionRecord } from '../audit/build-audit-event.ts';
import type { AuditEvent, AuditEventName } from '../audit/audit-event.ts';
import { createDelivery } from '../audit/deliver.ts';
import { usedScheme, type TokenScheme } from '../credential/authorization-header.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import type { MaybePromise, Refusal } from '../errors/outcome.ts';
import { isWaiverInForce } from '../errors/waiver.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { RequestContext } from '../propagation/caller-context.ts';
import { randomHex } from '../runtime/random-id.ts';
import { denialResponse, statusOf, type ChallengeContext } from './challenge.ts';
import type { Finding, FoundRefusal } from './finding.ts';
import type { ServiceAuthSettings } from './options.ts';
import type { Denied, Verdict } from './verdict.ts';
import { watchWaivers } from './watch-waivers.ts';

/** A request at its end. */
export interface Conclusion {
  readonly facts: RequestFacts;
  readonly finding: Finding;
  readonly trace: RequestContext['trace'];
}

/** Records the finding and makes the verdict. */
export type Conclude = (conclusion: Conclusion) => MaybePromise<Verdict>;

/** The end of the pipeline. */
export interface PipelineEnd {
  readonly conclude: Conclude;
  /** Records what was refused without a request. Observe mode changes nothing about it: it was refused. */
  readonly recordRefusal: (facts: RequestFacts, refusal: Refusal) => void;
}

/** Makes the end of the pipeline. */
export function createConclude(settings: ServiceAuthSettings, challenge: ChallengeContext): PipelineEnd {
  const { runtime, observe, privacy, waivers } = settings;
  const deliver = createDelivery(settings.audit, runtime.notify);
  const watch = watchWaivers(waivers, runtime.notify);

  const deny = (refusal: FoundRefusal, facts: RequestFacts, context: RequestContext): Denied => ({
    outcome: 'denied',
    reason: refusal.reason,
    response: denialResponse({ ...refusal, scheme: schemeOf(facts), traceId: context.trace.traceId }, challenge),
    context,
  });

  const recordRefusal: PipelineEnd['recordRefusal'] = (facts, { reason, detail }) => {
    const now = runtime.clock.now();
    const record: DecisionRecord = {
      name: 'authn.failure',
      facts,
      service: runtime.service,
      now,
      trace: { traceId: randomHex(16), spanId: randomHex(8) },
      mode: 'enforce',
      policyDecision: 'not_applicable',
      reason,
      detail,
      waivers: watch.inForce(now),
    };
    // Nobody waits for it: the connection is gone. A sink that fails tells of itself.
    void deliver(buildAuditEvent(record, privacy));
  };

  const conclude: Conclude = ({ facts, finding, trace }) => {
    const now = runtime.clock.now();
    const { caller, refusal, rule, stage } = finding;
    const isObserving = observe !== undefined && isWaiverInForce(observe, now);
    // A fault of ours is refused even while observing: letting it pass would hide that nothing was checked.
    const passes = refusal === undefined || (isObserving && refusal.reason !== 'INTERNAL_FAULT');
    const event = buildAuditEvent(
      {
        name: eventNameOf(finding, passes),
        facts,
        service: runtime.service,
        now,
        trace,
        mode: isObserving ? 'observe' : 'enforce',
        policyDecision: policyDecisionOf(finding),
        caller,
        rule,
        reason: refusal?.reason,
        detail: refusal?.detail,
        missingScopes: refusal?.scopes,
        status: refusal === undefined || passes ? undefined : statusOf(refusal.reason, challenge.kinds),
        waivers: finding.waivers === undefined ? watch.inForce(now) : [...watch.inForce(now), ...finding.waivers],
      },
      privacy,
    );
    // A caller that did not stand is evidence for the event, and nobody to the application.
    const known = refusal === undefined || stage === 'policy' ? caller : undefined;
    const { requestId } = facts;
    const context: RequestContext = Object.freeze(
      known === undefined ? { trace, requestId } : { caller: known, trace, requestId },
    );
    return whenKnown(deliver(event), (isRecorded): Verdict => {
      if (!isRecorded) return deny({ reason: 'AUDIT_UNAVAILABLE' }, facts, context);
      const admitted = known === undefined ? { context } : { caller: known, context };
      if (refusal === undefined) return { outcome: 'allowed', ...admitted };
      const wouldHave = deny(refusal, facts, context);
      return passes ? { outcome: 'observed', wouldHave, ...admitted } : wouldHave;
    });
  };

  return { conclude, recordRefusal };
}

/** Header readers come from adapters: one that throws was a finding, and changes no answer. */
function schemeOf(facts: RequestFacts): TokenScheme {
  try {
    return usedScheme(facts.header('authorization'));
  } catch {
    return 'bearer';
  }
}

function eventNameOf({ stage, refusal }: Finding, passes: boolean): AuditEventName {
  if (refusal === undefined) return 'authz.allow';
  if (passes) return 'authz.observed';
  return stage === 'authentication' ? 'authn.failure' : 'authz.deny';
}

function policyDecisionOf({ stage, refusal }: Finding): AuditEvent['policy.decision'] {
  if (refusal?.reason === 'INTERNAL_FAULT') return 'error';
  if (stage === 'authentication') return 'not_applicable';
  return refusal === undefined ? 'allow' : 'deny';
}
