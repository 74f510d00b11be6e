/**
 * A policy of the whole service, beside the requirement of each route. One method, so that any engine fits behind it.
 */
import type { MaybePromise } from '../errors/outcome.ts';
import type { Caller } from '../identity/caller.ts';
import type { Decision } from './decision.ts';

/** What a policy is asked. */
export interface PolicyRequest {
  readonly caller: Caller;
  /** The id of this service. */
  readonly service: string;
  readonly method: string;
  /** Template of the matched route; absent before routing. The raw path is never an input to a decision. */
  readonly route?: string;
}

/** Decides. What it throws refuses the request (500); it is never a pass. */
export interface Policy {
  decide(request: PolicyRequest): MaybePromise<Decision>;
}
