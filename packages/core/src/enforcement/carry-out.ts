/**
 * Carries a verdict out, for frameworks that hand a request on by calling back: refused is answered, let through goes on
 * inside the request's context. Whatever fails here is handed to the framework as an error, and is never a pass.
 */
import type { MaybePromise } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import { runInContext, type Answering, type RequestContext } from '../propagation/caller-context.ts';
import { admit } from './admission.ts';
import { settled, type Denied, type Verdict } from './verdict.ts';

/** A request, and what can be done with it. */
export interface Carried {
  /** The object that stands for the request. */
  readonly carrier: object;
  /** The answer to the request: with its end the caller leaves the context. */
  readonly response?: Answering;
  /** Answers a refusal. */
  readonly deny: (denied: Denied) => void;
  /** Hands the request on, or an error to the error handlers. */
  readonly proceed: (error?: Error) => void;
}

/** Frameworks take what is no error for a pass: nothing at all, or the `'route'` of Express. Anything can be thrown. */
function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('The verdict was not carried out.', { cause: thrown });
}

/** Decides, and carries the verdict out: at once when it is at hand. */
export function carryOut(decide: () => MaybePromise<Verdict>, { carrier, response, deny, proceed }: Carried): void {
  const settle = (verdict: Verdict): RequestContext | undefined => {
    if (verdict.outcome === 'denied') {
      deny(verdict);
      return undefined;
    }
    admit(carrier, verdict);
    return verdict.context;
  };
  const goOn = (context: RequestContext | undefined): void => {
    if (context !== undefined) runInContext(context, proceed, response);
  };
  let context: MaybePromise<RequestContext | undefined>;
  try {
    context = whenKnown(settled(decide()), settle);
  } catch (error) {
    proceed(errorOf(error));
    return;
  }
  // Outside of the `try`, and two arguments instead of a catch: an error out of `proceed` must not call it again.
  if (context instanceof Promise) void context.then(goOn, (error: unknown) => proceed(errorOf(error)));
  else goOn(context);
}
