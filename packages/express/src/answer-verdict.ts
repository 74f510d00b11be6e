/**
 * A verdict to Express: refused is written, let through goes on inside the request's context. Express 4 does not see
 * a rejected promise of a middleware, so whatever fails here is handed to `next`, and is never a pass.
 */
import { admit, runInContext, writeDenial, type Verdict } from '@countersign/core';
import type { Middleware } from './middleware.ts';

/** Answers a refusal, or lets the request go on: with the arguments of the middleware that decides. */
export function answerVerdict(deciding: Promise<Verdict>, ...[request, response, next]: Parameters<Middleware>): void {
  const admitted = deciding.then((verdict) => {
    if (verdict.outcome === 'denied') {
      writeDenial(response, verdict);
      return undefined;
    }
    admit(request, verdict);
    return verdict.context;
  });
  // Two arguments, not a catch: an error out of `next` must not call `next` a second time.
  void admitted.then((context) => {
    if (context !== undefined) runInContext(context, next);
  }, next);
}
