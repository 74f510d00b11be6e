/**
 * The wall of an Express application: everything mounted behind it needs a verified caller. It stands before routing,
 * so it knows no route, and what is mounted before it is public.
 */
import {
  compileRequirement,
  ConfigurationError,
  FaultCollector,
  requestFactsOf,
  serverErrorOf,
  undeclaredRoute,
  type CompiledRequirement,
  type Requirement,
  type ServiceAuth,
} from '@countersign/core';
import { answerVerdict } from './answer-verdict.ts';
import { isPreflight, withoutBody } from './cors-preflight.ts';
import { guards, walls } from './guards.ts';
import type { Middleware } from './middleware.ts';

/** Options of the wall. */
export interface WallOptions {
  /** What every request behind the wall must meet, whether or not its route says more. */
  readonly atLeast: Requirement;
  /** Lets real CORS preflights through without a caller; they get headers, never a body. Default: false. */
  readonly corsPreflight?: boolean;
}

/**
 * The wall. Mount it with `app.use` after the public routes and before all others. Every request of a server whose
 * settings undo the checks is an error for the error handlers (500): Express tells of its server no earlier.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function serviceAuth(auth: ServiceAuth, options: WallOptions): Middleware {
  const atLeast = checkOptions(auth, options);
  const { corsPreflight = false } = options;
  const wall: Middleware = function serviceAuth(request, response, next) {
    const unsafeServer = serverErrorOf(request.socket);
    if (unsafeServer !== undefined) return next(unsafeServer);
    walls.set(request, auth);
    if (corsPreflight && isPreflight(request)) {
      withoutBody(response);
      return next();
    }
    answerVerdict(auth.check(requestFactsOf(request), atLeast), request, response, next);
  };
  guards.set(wall, { kind: 'wall', source: atLeast.source });
  return wall;
}

function checkOptions(auth: ServiceAuth, options: WallOptions): CompiledRequirement {
  const faults = new FaultCollector('serviceAuth');
  if (typeof auth?.check !== 'function') {
    faults.add('CONFIG_MISSING', 'auth', 'is not a service', 'pass what createServiceAuth(…) returned');
  }
  faults.onlyKnown(options ?? {}, ['atLeast', 'corsPreflight']);
  if (typeof (options?.corsPreflight ?? false) !== 'boolean') {
    faults.add('CONFIG_INVALID', 'corsPreflight', 'is not a boolean', 'write true, or leave it out');
  }
  let atLeast = undeclaredRoute;
  try {
    atLeast = compileRequirement(options?.atLeast, 'the wall');
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.absorb('atLeast', error);
  }
  faults.throwIfAny();
  return atLeast;
}
