/**
 * Carries a verdict out, for frameworks that hand a request on by calling back: refused is answered, let through goes on
 * inside the request's context. Whatever fails here is handed to the framework as an error, and is never a pass.
 */
import { runInContext } from '../propagation/caller-context.ts';
import { admit } from './admission.ts';
import type { Denied, Verdict } from './verdict.ts';

/** A request, and what can be done with it. */
export interface Carried {
  /** The object that stands for the request. */
  readonly carrier: object;
  /** Answers a refusal. */
  readonly deny: (denied: Denied) => void;
  /** Hands the request on, or an error to the error handlers. */
  readonly proceed: (error?: Error) => void;
}

/** Carries a verdict out. */
export function carryOut(deciding: Promise<Verdict>, { carrier, deny, proceed }: Carried): void {
  const admitted = deciding.then((verdict) => {
    if (verdict.outcome === 'denied') return deny(verdict);
    admit(carrier, verdict);
    return verdict.context;
  });
  // Two arguments, not a catch: an error out of `proceed` must not call it a second time.
  void admitted.then((context) => {
    if (context !== undefined) runInContext(context, proceed);
  }, proceed);
}
