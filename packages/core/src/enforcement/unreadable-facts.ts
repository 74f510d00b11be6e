/** The facts of calls whose credentials cannot be read: transports without a place for them, kinds we do not know. */
import type { MessageFacts } from '../credential/message-facts.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { randomHex } from '../runtime/random-id.ts';

const nothing: readonly string[] = Object.freeze([]);
const unreadable = new WeakSet<RequestFacts>();

/** Facts that present nothing. `route` names the handler. A message is told in the event, whatever it presents. */
export function unreadableFacts(route: string, message?: MessageFacts): RequestFacts {
  const facts: RequestFacts = Object.freeze({
    transport: 'message',
    method: 'MESSAGE',
    target: '',
    route,
    header: () => nothing,
    requestId: randomHex(16),
    ...(message !== undefined && { message: Object.freeze({ ...message, seals: nothing }) }),
  });
  unreadable.add(facts);
  return facts;
}

/** Whether these are such facts: what is not read may be bad, so "optional" does not hold for them. */
export function isUnreadable(facts: RequestFacts): boolean {
  return unreadable.has(facts);
}
