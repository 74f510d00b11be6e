/**
 * What a service accepts: alternatives. `all(a, b)` is one alternative that demands both on one request.
 */
import type { Authenticator } from './authenticator.ts';

/** Demands several mechanisms on one request. Made by `all`. */
export interface AllOf {
  readonly all: readonly Authenticator[];
}

/** One alternative of `accept`. */
export type Acceptable = Authenticator | AllOf;

/** Demands every one of these on the same request, all naming the same workload. */
export function all(...authenticators: readonly [Authenticator, Authenticator, ...Authenticator[]]): AllOf {
  return Object.freeze({ all: Object.freeze([...authenticators]) });
}

/** The mechanisms of an alternative. */
export function authenticatorsOf(acceptable: Acceptable): readonly Authenticator[] {
  return 'all' in acceptable ? acceptable.all : [acceptable];
}
