/**
 * Runs a handler inside the context of its caller, for `currentCaller()`. An interceptor, because middlewares exist for
 * HTTP only (docs/decisions/0005). The context is entered with `run`, so it ends with the handler.
 */
import { admissionOf, runInContext } from '@countersign/core';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { carrierOf } from './execution-facts.ts';

/** Attached by `@Allow`. */
@Injectable()
export class CallerContextInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const context = admissionOf(carrierOf(execution))?.context;
    if (context === undefined) return next.handle();
    // Nest binds what follows to the context in which `handle` is called, and the handler runs when it is subscribed.
    return new Observable((subscriber) => runInContext(context, () => next.handle().subscribe(subscriber)));
  }
}
