/**
 * RequestFacts of a message. Its headers are not those of HTTP: a token among them is never read, because a token that
 * was forwarded through a queue is what seals exist against.
 */
import type { MessageFacts } from '../credential/message-facts.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { randomHex } from '../runtime/random-id.ts';

const none: readonly string[] = Object.freeze([]);

/** The facts. `route` names the handler in events. Default: the destination. */
export function messageFactsOf(message: MessageFacts, route: string = message.destination): RequestFacts {
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
