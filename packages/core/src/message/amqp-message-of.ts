/**
 * A message of AMQP 0-9-1 (RabbitMQ), by the shape of amqplib. Exchange and routing key are where it was published; a
 * dead-letter exchange replaces them, so that what comes out of there has to be sealed again.
 */
import type { MessageFacts } from '../credential/message-facts.ts';
import { headerValues, onlyHeader, ownHeader, toldBy } from './header-values.ts';
import { sealHeader } from './seal-message.ts';

/** A delivery, as far as it is read here. */
export interface AmqpMessage {
  readonly content: Uint8Array;
  readonly fields: { readonly exchange: string; readonly routingKey: string };
  readonly properties: {
    readonly headers?: object | undefined;
    readonly contentType?: unknown;
    readonly type?: unknown;
  };
}

/** So that no two places have one name, and a pattern can follow behind `#`. */
function escaped(name: string, characters: RegExp): string {
  return name.replace(characters, encodeURIComponent);
}

/**
 * Reads it. The destination is `amqp:<exchange>/<routing key>`; the default exchange has no name: `amqp:/queue`. In both
 * `%` and `#`, and in exchanges also `/`, are written as in URLs.
 */
export function amqpMessageOf({ content, fields, properties }: AmqpMessage): MessageFacts {
  const { headers, contentType, type } = properties;
  const { exchange, routingKey } = fields;
  return {
    seals: ownHeader(headers, sealHeader),
    destination: `amqp:${escaped(exchange, /[%#/]/g)}/${escaped(routingKey, /[%#]/g)}`,
    payload: content,
    contentType: toldBy(headerValues(contentType)),
    eventType: toldBy(headerValues(type)),
    traceparent: onlyHeader(headers, 'traceparent'),
  };
}
