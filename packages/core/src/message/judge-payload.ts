/**
 * Whether a message is, byte by byte, the one that was sealed. What a message tells beside its payload, and a consumer
 * may act on, must be sealed too: a content type or a key that is told and not sealed could be anybody's.
 */
import type { MessageFacts } from '../credential/message-facts.ts';
import { refuse, type Refusal } from '../errors/outcome.ts';
import type { SealedMessageClaims } from './message-context.ts';
import { messageDigest } from './message-digest.ts';

function altered(check: string, expected: string): Refusal {
  return refuse('MESSAGE_ALTERED', check, { expected });
}

/** Judges. Answers nothing when all of it fits. */
export function judgePayload(sealed: SealedMessageClaims, message: MessageFacts): Refusal | undefined {
  const { payload, data, key, contentType, eventType, attributes } = message;
  // The seal says which part it covers, so that the bytes of one part never pass for those of the other.
  const bytes = sealed.part === 'data' ? data : payload;
  if (bytes === undefined) return refuse('MESSAGE_PAYLOAD_UNREADABLE', 'msg.part', { actual: sealed.part });
  if (messageDigest(bytes) !== sealed.digest) return altered('msg.dig', 'the payload that was sealed');
  if ((key === undefined ? undefined : messageDigest(key)) !== sealed.key) {
    return altered('msg.key', 'the key that was sealed');
  }
  if (contentType !== undefined && contentType !== (sealed.contentType ?? '')) {
    return altered('msg.ct', 'the content type that was sealed');
  }
  if (eventType !== undefined && eventType !== (sealed.eventType ?? '')) {
    return altered('msg.typ', 'the event type that was sealed');
  }
  if ((attributes === undefined ? undefined : messageDigest(attributes)) !== sealed.attributes) {
    return altered('msg.att', 'the attributes that were sealed');
  }
  return undefined;
}
