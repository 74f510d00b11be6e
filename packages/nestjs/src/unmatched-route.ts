/**
 * Requests that match no route: 401 for strangers, 404 for callers. Guards do not run for them, so the check is put in
 * front of the not-found handler of Nest, at the moment Nest mounts it, behind all routes.
 */
import { isPreflight, judgeCall, nodeRequestOf, requestFactsOf, unmatchedRoute } from '@countersign/core';
import type { AdapterSettings, NodeRequest } from '@countersign/core';
import type { HttpServer } from '@nestjs/common';
import { answer } from './refusal.ts';

type Handler = (...given: [object, Parameters<typeof answer>[0], () => void]) => unknown;

/** Puts the check in place. Call it before Nest mounts its not-found handler. */
export function guardUnmatched(adapter: HttpServer, { auth, corsPreflight }: AdapterSettings): void {
  const guarded = (then: Handler): Handler =>
    async function unmatched(request, response, next) {
      const carrier = nodeRequestOf(request) as NodeRequest;
      if (corsPreflight && isPreflight(carrier)) return answer(response);
      const verdict = await judgeCall(auth, { carrier, facts: requestFactsOf(carrier), requirement: unmatchedRoute });
      return verdict.outcome === 'denied' ? answer(response, verdict) : then(request, response, next);
    };
  const mount = adapter.setNotFoundHandler?.bind(adapter);
  adapter.setNotFoundHandler = (handler: Handler, ...rest: [string?]) => {
    if (adapter.getType() === 'fastify') return mount?.(guarded(handler), ...rest);
    // With a global prefix Nest's handler answers only below it. Ours stands in front of all that is left.
    adapter.use(guarded((_request, _response, next) => next()));
    return mount?.(handler, ...rest);
  };
}
