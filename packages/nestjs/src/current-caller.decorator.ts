/** `@CurrentCaller()`: the verified caller as a parameter, in every kind of handler. */
import { callerOfCarrier, maybeCallerOfCarrier } from '@countersign/core';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { carrierOf } from './execution-facts.ts';

/**
 * Options of `@CurrentCaller`. With `optional` it passes undefined when there is no caller, for optional and observed
 * handlers: the type of the parameter is `Caller | undefined` then.
 */
export type CurrentCallerOptions = { readonly optional?: true };

/** The caller of this call. Without a caller and without `optional`, the call fails before the handler runs. */
export const CurrentCaller: (options?: CurrentCallerOptions) => ParameterDecorator = createParamDecorator(
  (options: CurrentCallerOptions | undefined, execution: ExecutionContext) =>
    (options?.optional === true ? maybeCallerOfCarrier : callerOfCarrier)(carrierOf(execution)),
);
