/**
 * A verdict to Express: refused is written, let through goes on. Express 4 does not see a rejected promise of a
 * middleware, so whatever fails is handed to `next`.
 */
import { carryOut, withBody, writeDenial, type Denied, type MaybePromise, type Verdict } from '@countersign/core';
import type { Middleware } from './middleware.ts';

/** Answers a refusal, or lets the request go on: with the arguments of the middleware that decides. */
export function answerVerdict(
  decide: () => MaybePromise<Verdict>,
  ...[request, response, next]: Parameters<Middleware>
): void {
  const deny = (denied: Denied): void => {
    withBody(response);
    writeDenial(response, denied);
  };
  carryOut(decide, { carrier: request, response, deny, proceed: next });
}
