/**
 * The wall of an Express application: everything mounted behind it needs a verified caller. It stands before routing,
 * so it knows no route, and what is mounted before it is public.
 */
import {
  adapterSettings,
  compileRequirement,
  FaultCollector,
  isPreflight,
  judgeCall,
  requestFactsOf,
  serverErrorOf,
  takeForwardedHeaders,
  undeclaredRoute,
  withoutBody,
  type AdapterSettings,
  type CompiledRequirement,
  type Requirement,
  type ServiceAuth,
} from '@countersign/core';
import { answerVerdict } from './answer-verdict.ts';
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
  const { atLeast, corsPreflight } = checkOptions(auth, options);
  const wall: Middleware = function serviceAuth(request, response, next) {
    const unsafeServer = serverErrorOf(request.socket);
    if (unsafeServer !== undefined) return next(unsafeServer);
    takeForwardedHeaders(auth, request);
    walls.set(request, auth);
    if (corsPreflight && isPreflight(request)) {
      withoutBody(response);
      return next();
    }
    const call = { facts: requestFactsOf(request), carrier: request, requirement: atLeast };
    answerVerdict(() => judgeCall(auth, call), request, response, next);
  };
  guards.set(wall, { kind: 'wall', source: atLeast.source });
  return wall;
}

/** What the options say, checked. */
interface WallSettings extends AdapterSettings {
  readonly atLeast: CompiledRequirement;
}

function checkOptions(auth: ServiceAuth, options: WallOptions): WallSettings {
  const faults = new FaultCollector('serviceAuth');
  faults.onlyKnown(options ?? {}, ['atLeast', 'corsPreflight']);
  const settings = adapterSettings(faults, { auth, corsPreflight: options?.corsPreflight });
  const atLeast = faults.attempt('atLeast', () => compileRequirement(options?.atLeast, 'the wall'));
  faults.throwIfAny();
  return { ...settings, atLeast: atLeast ?? undeclaredRoute };
}
