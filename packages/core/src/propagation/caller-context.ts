/**
 * The context of the current request: who called, and where in the trace. Entered with `run` only, never with
 * `enterWith`, so that it ends with the request and cannot leak into the next one on the same socket.
 */
import { processState } from './process-state.ts';
import type { Caller } from '../identity/caller.ts';
import type { TraceContext } from './trace-context.ts';

/** What code behind a check can ask for. */
export interface RequestContext {
  /** The verified caller; absent when the route lets anonymous requests in, or in observe mode. */
  readonly caller?: Caller;
  readonly trace: TraceContext;
  /** Joins the events of one request. */
  readonly requestId: string;
}

/** Runs a function, and everything it starts, inside the context of a request. */
export function runInContext<T>(context: RequestContext, run: () => T): T {
  return processState.context.run(context, run);
}

/** The context of the current request, if there is one. */
export function currentContext(): RequestContext | undefined {
  return processState.context.getStore() as RequestContext | undefined;
}

/** The caller of the current request, or undefined. */
export function maybeCurrentCaller(): Caller | undefined {
  return currentContext()?.caller;
}

/**
 * The caller of the current request.
 * @throws {Error} outside a request, or when the request has no verified caller.
 */
export function currentCaller(): Caller {
  const caller = maybeCurrentCaller();
  if (caller !== undefined) return caller;
  throw new Error(
    'No verified caller here. Call currentCaller() inside a request behind serviceAuth; on optional routes use maybeCurrentCaller().',
  );
}
