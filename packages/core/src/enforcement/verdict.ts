/** The end of the pipeline: what happens to the request. */
import type { MaybePromise } from '../errors/outcome.ts';
import type { Reason } from '../errors/reason.ts';
import type { Caller } from '../identity/caller.ts';
import type { RequestContext } from '../propagation/caller-context.ts';

/** The answer to write when a request is refused. Constant texts, an OAuth error at most, and the trace id. */
export interface DenialResponse {
  readonly status: number;
  /** Lower-case names. Several challenges are several values. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** RFC 9457 problem details, as JSON text. */
  readonly body: string;
}

/** The request may go on. */
export interface Allowed {
  readonly outcome: 'allowed';
  /** The verified caller; absent on an optional route without a credential. */
  readonly caller?: Caller;
  readonly context: RequestContext;
}

/** The request is refused. */
export interface Denied {
  readonly outcome: 'denied';
  readonly reason: Reason;
  readonly response: DenialResponse;
  readonly context: RequestContext;
}

/** The request goes on although it would have been refused (observe mode). */
export interface Observed {
  readonly outcome: 'observed';
  /** The verified caller, when only policy would have refused. */
  readonly caller?: Caller;
  readonly wouldHave: Denied;
  readonly context: RequestContext;
}

/** What happens to the request. */
export type Verdict = Allowed | Denied | Observed;

/** A verdict, or a promise that `then` works on: one of another make must not pass as a verdict. */
export function settled(answer: MaybePromise<Verdict>): MaybePromise<Verdict> {
  return 'outcome' in answer ? answer : Promise.resolve(answer);
}
