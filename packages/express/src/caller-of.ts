/** The caller of a request, in handlers. Read from a WeakMap that only a check fills, not from a property. */
import { callerOfCarrier, maybeCallerOfCarrier, type Caller } from '@countersign/core';
import type { IncomingMessage } from 'node:http';

/**
 * The verified caller of a request.
 * @throws {Error} when the request was not checked, or has no verified caller.
 */
export const callerOf: (request: IncomingMessage) => Caller = callerOfCarrier;

/** The verified caller of a request, or undefined: for optional and observed routes. */
export const maybeCallerOf: (request: IncomingMessage) => Caller | undefined = maybeCallerOfCarrier;
