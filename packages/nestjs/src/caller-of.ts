/** The caller of a request, in handlers. Read from a WeakMap that only a check fills, not from a property. */
import { callerOfCarrier, maybeCallerOfCarrier, nodeRequestOf, type Caller } from '@countersign/core';

/**
 * The verified caller of a request of Express or Fastify.
 * @throws {Error} when the request was not checked, or has no verified caller.
 */
export const callerOf = (request: object): Caller => callerOfCarrier(nodeRequestOf(request) ?? request);

/** The verified caller of a request, or undefined: for optional, public and observed handlers. */
export const maybeCallerOf = (request: object): Caller | undefined =>
  maybeCallerOfCarrier(nodeRequestOf(request) ?? request);
