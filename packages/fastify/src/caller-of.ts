/** The caller of a request, in handlers. Read from a WeakMap that only a check fills, not from a property. */
import { callerOfCarrier, maybeCallerOfCarrier, type Caller } from '@countersign/core';

/** A Fastify request of HTTP/1.1 or HTTP/2, as far as it is read here. */
export interface CallerRequest {
  readonly raw: object;
}

/**
 * The verified caller of a request.
 * @throws {Error} when the request was not checked, or has no verified caller.
 */
export function callerOf(request: CallerRequest): Caller {
  return callerOfCarrier(request.raw);
}

/** The verified caller of a request, or undefined: for optional, public and observed routes. */
export function maybeCallerOf(request: CallerRequest): Caller | undefined {
  return maybeCallerOfCarrier(request.raw);
}
