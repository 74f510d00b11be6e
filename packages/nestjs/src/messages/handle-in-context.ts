/**
 * Runs a handler in the context of its caller, and settles its message: handled when the handler has completed, to be
 * delivered again when it failed. What is not noted as handled fails, so that nobody acknowledges it.
 */
import { runInContext, settleMessage, type Answering, type RequestContext } from '@countersign/core';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { catchError, concat, defer, ignoreElements, Observable, throwError } from 'rxjs';

const settle = (context: RequestContext, outcome: 'done' | 'failed'): Observable<never> =>
  // A promise also where the ledger answered at once: what it throws must reach the subscriber.
  defer(async () => settleMessage(context.caller, outcome)).pipe(ignoreElements());

/** The stream of the handler. Nest binds what follows to the context in which `handle` is called. */
export function handleInContext(
  context: RequestContext,
  next: CallHandler<unknown>,
  execution: ExecutionContext,
): Observable<unknown> {
  // What stands in its place in other kinds of context comes from the caller.
  const response = execution.getType() === 'http' ? execution.switchToHttp().getResponse<Answering>() : undefined;
  const handled = new Observable((subscriber) =>
    runInContext(context, () => next.handle().subscribe(subscriber), response),
  );
  const isMessage = context.caller?.evidence.some(({ kind }) => kind === 'sealed-message');
  if (isMessage !== true) return handled;
  const released = handled.pipe(
    catchError((error: unknown) =>
      concat(
        settle(context, 'failed'),
        throwError(() => error),
      ),
    ),
  );
  return concat(released, settle(context, 'done'));
}
