/** The service side, in one object: made by `createServiceAuth`, handed to an adapter. */
import type { RequestFacts } from '../credential/request-facts.ts';
import type { MaybePromise, Outcome } from '../errors/outcome.ts';
import type { Caller } from '../identity/caller.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import type { RequestContext } from '../propagation/caller-context.ts';
import type { ConnectionJudge } from './connection-judge.ts';
import type { ProtectedResourceMetadata } from './protected-resource-metadata.ts';
import type { Verdict } from './verdict.ts';

/** Judges requests for one service. */
export interface ServiceAuth {
  /** The id of this service. */
  readonly service: string;
  /** Its metadata (RFC 9728), with the option `resource`. Serve it with `resourceMetadata(auth)` of an adapter. */
  readonly resourceMetadata?: ProtectedResourceMetadata | undefined;
  /**
   * Headers by which the proxy in front tells of callers, lower case. Adapters take them off every request before the
   * application sees it (`takeForwardedHeaders`). Absent where no proxy is trusted.
   */
  readonly forwardedHeaders?: ReadonlySet<string> | undefined;
  /**
   * Verifies what the request presents, decides by the requirement, writes the audit event. Never throws and never
   * rejects. The verdict comes at once when nothing has to be waited for (a known token, a sink that answers at once),
   * otherwise as a promise: `await` takes both.
   */
  check(facts: RequestFacts, requirement: CompiledRequirement): MaybePromise<Verdict>;
  /**
   * Decides a second requirement for a request that `check` let through, without verifying again. What another service
   * let through proves nothing here and is verified. Answers as `check` does.
   */
  narrow(facts: RequestFacts, context: RequestContext, requirement: CompiledRequirement): MaybePromise<Verdict>;
  /** Whether a caller that was verified earlier still stands: for long-lived connections, per message. */
  recheck(caller: Caller): Outcome<Caller>;
  /** What it is to the connections of a TLS server, beside their requests: see `guardConnections`. */
  readonly connections: ConnectionJudge;
  /** Settles when requests can be judged: keys, bundles and stores reachable. Rejects otherwise. */
  ready(): Promise<void>;
  /** Stops timers and connections, and what guards connections for it. */
  close(): Promise<void>;
}
