/**
 * A refused message, as the exception that Nest's filters know. The producer reads the problem document; what to do with
 * the message is for the consumer, and goes to no reply.
 */
import { dispositionOf, grpcStatusOf, problemOf, type Denied, type Disposition } from '@countersign/core';

const dispositions = new WeakMap<object, Disposition>();

/** Makes the exception. The package is there when its contexts are. */
export async function refusedMessage(denied: Denied): Promise<Error> {
  const { RpcException } = await import('@nestjs/microservices');
  const exception = new RpcException({ ...problemOf(denied), ...grpcStatusOf(denied) });
  dispositions.set(exception, dispositionOf(denied));
  return exception;
}

/**
 * What to do with the message whose refusal an exception filter caught: `retry`, `quarantine` or `acknowledge`. Undefined
 * for exceptions that are no refusal, such as those of handlers.
 */
export function messageDispositionOf(exception: unknown): Disposition | undefined {
  return dispositions.get(Object(exception) as object);
}
