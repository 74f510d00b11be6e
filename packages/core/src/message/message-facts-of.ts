/**
 * RequestFacts of a message. Its headers are not those of HTTP: a token among them is never read, because a token that
 * was forwarded through a queue is what seals exist against.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { MessageFacts } from '../credential/message-facts.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { randomHex } from '../runtime/random-id.ts';

const none: readonly string[] = Object.freeze([]);

/**
 * The facts. `route` names the handler in events. Default: the destination.
 * @throws {ConfigurationError} for what no carrier has read: every message would be refused, and come again for ever.
 */
export function messageFactsOf(message: MessageFacts, route: string = message?.destination): RequestFacts {
  if (typeof message?.destination !== 'string') {
    const faults = new FaultCollector('messageFactsOf');
    const fix = 'read what the broker delivers with natsMessageOf, amqpMessageOf, kafkaMessageOf or another carrier';
    faults.add('CONFIG_INVALID', 'message', 'has no destination', fix);
    faults.throwIfAny();
  }
  const { traceparent } = message;
  const trace = traceparent === undefined ? none : Object.freeze([traceparent]);
  return Object.freeze({
    transport: 'message',
    method: 'PROCESS',
    target: message.destination,
    route,
    header: (name: string) => (name === 'traceparent' ? trace : none),
    requestId: randomHex(16),
    message: Object.freeze(message),
  });
}
