/**
 * Runs a handler in the context of its caller, and settles its message: handled when the handler has completed, to be
 * delivered again when it failed. What is not noted as handled fails, so that nobody acknowledges it.
 */
import { runInContext, settleMessage, type Answering, type RequestContext } from '@countersign/core';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { catchError, concat, defer, finalize, ignoreElements, Observable, throwError } from 'rxjs';

const settle = (context: RequestContext, outcome: 'done' | 'failed'): Observable<never> =>
  // A promise also where the ledger answered at once: what it throws must reach the subscriber.
  defer(async () => settleMessage(context.caller, outcome)).pipe(ignoreElements());

/** The stream of the handler. Nest binds what follows to the context in which `handle` is called. */
export function handleInContext(
  context: RequestContext,
  next: CallHandler<unknown>,
  execution: ExecutionContext,
): Observable<unknown> {
  if (context.caller?.evidence.some(({ kind }) => kind === 'sealed-message') === true) {
    return handleMessage(context, next);
  }
  // What stands in its place in other kinds of context comes from the caller.
  const response = execution.getType() === 'http' ? execution.switchToHttp().getResponse<Answering>() : undefined;
  return runHandler(context, next, response);
}

const runHandler = (context: RequestContext, next: CallHandler<unknown>, response?: Answering): Observable<unknown> =>
  new Observable((subscriber) => runInContext(context, () => next.handle().subscribe(subscriber), response));

/** Settles after the handler. What it started and still runs has no caller from then on, as after the answer to a request. */
const handleMessage = (context: RequestContext, next: CallHandler<unknown>): Observable<unknown> =>
  defer(() => {
    const handling = { writableEnded: false, destroyed: false };
    const failed = (error: unknown): Observable<never> =>
      concat(
        settle(context, 'failed'),
        throwError(() => error),
      );
    const handled = runHandler(context, next, handling).pipe(catchError(failed));
    const end = (): void => void Object.assign(handling, { writableEnded: true, destroyed: true });
    return concat(handled, settle(context, 'done')).pipe(finalize(end));
  });
