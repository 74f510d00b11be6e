/**
 * Which caller a request object was let in for. A WeakMap keyed by the request, not a property anybody can set.
 */
import { processState } from '../propagation/process-state.ts';
import type { Caller } from '../identity/caller.ts';
import type { Verdict } from './verdict.ts';

/** A verdict that lets the request through. */
export type Admission = Exclude<Verdict, { readonly outcome: 'denied' }>;

/** Notes that this request was let through. Adapters call it; the latest verdict of a request stands. */
export function admit(carrier: object, admission: Admission): void {
  processState.admissions.set(carrier, admission);
}

/** The verdict that let this request through, if any did. */
export function admissionOf(carrier: object): Admission | undefined {
  return processState.admissions.get(carrier) as Admission | undefined;
}

/** The verified caller of a request, or undefined: for optional and observed routes. */
export function maybeCallerOfCarrier(carrier: object): Caller | undefined {
  return admissionOf(carrier)?.caller;
}

/**
 * The verified caller of a request.
 * @throws {Error} when the request was not checked, or has no verified caller.
 */
export function callerOfCarrier(carrier: object): Caller {
  const admission = admissionOf(carrier);
  if (admission?.caller !== undefined) return admission.caller;
  if (admission === undefined) {
    throw new Error('This request was not checked: mount serviceAuth before the handler, or use maybeCallerOf().');
  }
  if (admission.outcome === 'observed') {
    throw new Error(
      `This request has no verified caller: ${admission.wouldHave.reason} (observe mode let it through).`,
    );
  }
  throw new Error('This request has no verified caller: the route is optional. Use maybeCallerOf().');
}
