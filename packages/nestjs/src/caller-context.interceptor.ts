/**
 * Runs a handler inside the context of its caller, for `currentCaller()`. An interceptor, because middlewares exist for
 * HTTP only (docs/decisions/0005). The context is entered with `run`; over HTTP its caller ends with the answer.
 */
import { admissionOf } from '@countersign/core';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { carrierOf } from './execution-facts.ts';
import { handleInContext } from './messages/handle-in-context.ts';

/** Attached by `@Allow`. */
@Injectable()
export class CallerContextInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const context = admissionOf(carrierOf(execution))?.context;
    return context === undefined ? next.handle() : handleInContext(context, next, execution);
  }
}
