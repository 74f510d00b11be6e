/**
 * The context of the current request: who called, and where in the trace. Entered with `run` only, never with
 * `enterWith`, so that it cannot leak into the next request on the same socket. Node hands it on to every timer, queue
 * and connection that a request starts, for as long as those live; so the caller ends with the answer
 * (docs/decisions/0022), and what outlives the request is started with `runOutsideRequest`.
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

/** What tells whether a request has been answered, as responses of Node do over HTTP/1.1 and HTTP/2, and replies of Fastify. */
export interface Answering {
  readonly writableEnded?: boolean;
  readonly destroyed?: boolean;
  readonly stream?: { readonly destroyed?: boolean };
  readonly raw?: Omit<Answering, 'raw'>;
}

/** What the context is held by. Outside of a request there is none. */
interface Entered {
  readonly context: RequestContext | undefined;
  readonly answering: Answering | undefined;
}

const outside: Entered = Object.freeze({ context: undefined, answering: undefined });

/**
 * Runs a function, and everything it starts, inside the context of a request. With `answering`, nothing that still runs
 * after the answer has a caller.
 */
export function runInContext<T>(context: RequestContext, run: () => T, answering?: Answering): T {
  const entered: Entered = { context, answering };
  return processState.context.run(entered, run);
}

/**
 * Runs a function, and everything it starts, outside of any request: without its caller and without its trace. For what a
 * request only happens to start, such as a pool, a queue or a timer that serves others later.
 */
export function runOutsideRequest<T>(run: () => T): T {
  return processState.context.run(outside, run);
}

/** Both: a caller that has gone away early is still being served, until the handler ends its answer. */
function isAnswered(answering: Answering): boolean {
  const { writableEnded, destroyed, stream } = answering.raw ?? answering;
  return writableEnded === true && (destroyed ?? stream?.destroyed) === true;
}

/** The context of the current request, if there is one. Once the request is answered it names no caller. */
export function currentContext(): RequestContext | undefined {
  const entered = processState.context.getStore() as Entered | undefined;
  if (entered?.context === undefined) return undefined;
  const { context, answering } = entered;
  if (context.caller === undefined || answering === undefined || !isAnswered(answering)) return context;
  const { trace, requestId } = context;
  return { trace, requestId };
}

/** The caller of the current request, or undefined. */
export function maybeCurrentCaller(): Caller | undefined {
  return currentContext()?.caller;
}

/**
 * The caller of the current request.
 * @throws {Error} outside a request, after its answer, or when the request has no verified caller.
 */
export function currentCaller(): Caller {
  const caller = maybeCurrentCaller();
  if (caller !== undefined) return caller;
  throw new Error(
    'No verified caller here. Call currentCaller() inside a request behind serviceAuth, before it is answered; what runs on afterwards takes the caller from its arguments. On optional routes use maybeCurrentCaller().',
  );
}
