/**
 * The pipeline of a service: authenticate, decide, record, answer. Nothing in it throws to the adapter: what throws
 * inside is a refusal (500), because an exception is never a pass.
 */
import { createAuthentication } from '../authentication/authenticate.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import type { MaybePromise } from '../errors/outcome.ts';
import { recoverFrom } from '../errors/recover-from.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import { traceContextOf } from '../propagation/trace-context.ts';
import type { RequestContext } from '../propagation/caller-context.ts';
import { randomHex } from '../runtime/random-id.ts';
import { denialResponse, realmOf } from './challenge.ts';
import { createConclude } from './conclude.ts';
import { createConnectionJudge } from './connection-judge.ts';
import { nothingPresented, reportFault, type Finding } from './finding.ts';
import { createJudge } from './judge.ts';
import { checkOptions, type ServiceAuthOptions } from './options.ts';
import { describeResource } from './protected-resource-metadata.ts';
import type { ServiceAuth } from './service-auth.ts';
import type { Denied, Verdict } from './verdict.ts';

/**
 * Makes the service side.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createServiceAuth(options: ServiceAuthOptions): ServiceAuth {
  const settings = checkOptions(options);
  const { notify, service } = settings.runtime;
  const authentication = createAuthentication(settings.accept, settings.aliases, settings.runtime);
  const { judge, recheck } = createJudge(settings);
  const { kinds, proofAlgorithms, forwardedHeaders } = authentication;
  const resourceMetadata = settings.resource && describeResource(settings.resource, authentication);
  const challenge = { realm: realmOf(service), kinds, proofAlgorithms, resourceMetadata: resourceMetadata?.url };
  const { conclude, recordRefusal } = createConclude(settings, challenge);
  const connections = createConnectionJudge(settings.runtime, {
    judgePeer: (facts) => authentication.judgePeer(facts),
    recordRefusal,
  });

  const faultDenial = (context: RequestContext): Denied => ({
    outcome: 'denied',
    reason: 'INTERNAL_FAULT',
    response: denialResponse({ reason: 'INTERNAL_FAULT', scheme: 'bearer', traceId: context.trace.traceId }, challenge),
    context,
  });

  /** What this service found. Another one in the same process may believe other issuers. */
  const ours = new WeakMap<RequestContext, Finding>();

  /** Finds, then concludes. A finder that throws is a finding; a conclusion that throws is a refusal without event. */
  const run = (
    facts: RequestFacts,
    trace: RequestContext['trace'],
    find: () => MaybePromise<Finding>,
  ): MaybePromise<Verdict> => {
    const finding = recoverFrom(find, (error): Finding => {
      reportFault(notify, facts, error);
      return { stage: 'policy', refusal: { reason: 'INTERNAL_FAULT' } };
    });
    const end = (found: Finding): MaybePromise<Verdict> =>
      whenKnown(conclude({ facts, finding: found, trace }), (verdict) => {
        // Whom a requirement refused is proven all the same, for another requirement of the same request.
        const { outcome, context } = verdict;
        if (outcome !== 'denied' || context.caller !== undefined) ours.set(context, found);
        return verdict;
      });
    return recoverFrom(
      () => whenKnown(finding, end),
      (error): Verdict => {
        reportFault(notify, facts, error);
        return faultDenial({ trace, requestId: facts.requestId });
      },
    );
  };

  /** Header readers come from adapters: one that throws must not get past `run`. */
  const traceOf = (facts: RequestFacts): RequestContext['trace'] => {
    try {
      return traceContextOf(facts.header('traceparent'));
    } catch {
      return { traceId: randomHex(16), spanId: randomHex(8), sampled: false };
    }
  };

  const verify = (facts: RequestFacts, requirement: CompiledRequirement): MaybePromise<Finding> =>
    whenKnown(authentication.authenticate(facts), (authenticated): MaybePromise<Finding> =>
      authenticated.ok
        ? judge(facts, authenticated.value, requirement)
        : { stage: 'authentication', refusal: authenticated },
    );

  const judgeAgain = (
    facts: RequestFacts,
    context: RequestContext,
    requirement: CompiledRequirement,
  ): MaybePromise<Finding> => {
    const earlier = ours.get(context);
    if (earlier === undefined) return verify(facts, requirement);
    // A bad credential that observe mode let through stays bad: it is not a missing one, which a route may permit.
    if (earlier.stage === 'authentication' && earlier !== nothingPresented) return earlier;
    return judge(facts, context.caller, requirement);
  };

  return Object.freeze<ServiceAuth>({
    service,
    resourceMetadata,
    forwardedHeaders: forwardedHeaders.size === 0 ? undefined : forwardedHeaders,
    check: (facts, requirement) => run(facts, traceOf(facts), () => verify(facts, requirement)),
    narrow: (facts, context, requirement) => run(facts, context.trace, () => judgeAgain(facts, context, requirement)),
    recheck: (caller) => {
      const standing = recheck(caller);
      return standing.ok ? authentication.recheck(caller) : standing;
    },
    connections: connections.judge,
    ready: () => authentication.ready(),
    close: () => {
      connections.close();
      return authentication.close();
    },
  });
}
