/**
 * Narrows a route behind the wall: decides again with the matched route, without verifying again. Both decisions are
 * recorded with the same request id; the last one is final. Without a wall in front it refuses to run (500).
 */
import { compileRequirement, judgeCall, requestFactsOf, type Requirement } from '@countersign/core';
import { answerVerdict } from './answer-verdict.ts';
import { guards, walls } from './guards.ts';
import { matchedRoute } from './matched-route.ts';
import type { Middleware } from './middleware.ts';
import { wallMissing } from './wall-missing.ts';

/**
 * What a route asks for, beyond the wall.
 * @throws {ConfigurationError} with every fault of the requirement.
 */
export function allow(requirement: Requirement): Middleware {
  const compiled = compileRequirement(requirement, 'allow');
  const middleware: Middleware = function allow(request, response, next) {
    const route = matchedRoute(request, middleware);
    const auth = walls.get(request);
    if (auth === undefined) return next(wallMissing(`${request.method} ${route ?? '(a middleware)'}`));
    const facts = requestFactsOf(request, route === undefined ? {} : { route });
    // A preflight that the wall let through was admitted by nobody: it is judged here like any request.
    const call = { facts, carrier: request, requirement: compiled };
    answerVerdict(() => judgeCall(auth, call), request, response, next);
  };
  guards.set(middleware, { kind: 'allow', source: compiled.source });
  return middleware;
}
