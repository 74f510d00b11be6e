/**
 * A record of Kafka, by the shape of kafkajs. Headers are a multimap: one that is repeated comes as a list, and a second
 * seal refuses the record. The value must be the bytes of the log: what a parser made of them cannot be verified.
 */
import type { MessageFacts } from '../credential/message-facts.ts';
import { bytesOfText } from './bytes-of-text.ts';
import { contentTypesIn, onlyHeader, ownHeader, toldBy } from './header-values.ts';
import { sealHeader } from './seal-message.ts';

/** A record, as far as it is read here. */
export interface KafkaRecord {
  readonly topic: string;
  readonly message: { readonly key?: unknown; readonly value?: unknown; readonly headers?: object | undefined };
}

/** Bytes as they are; text as the bytes it was read from. What is parsed has no bytes any more. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? bytesOfText(value) : undefined;
}

/** Something that is no bytes stands for a key that fits no seal. */
const unreadableKey = Buffer.from('\0unreadable');

/** Reads it. The destination is `kafka:` and the topic. */
export function kafkaMessageOf({ topic, message }: KafkaRecord): MessageFacts {
  const { key, value, headers } = message;
  const hasKey = key !== undefined && key !== null;
  return {
    seals: ownHeader(headers, sealHeader),
    destination: `kafka:${topic}`,
    payload: bytesOf(value),
    ...(hasKey && { key: bytesOf(key) ?? unreadableKey }),
    contentType: toldBy(contentTypesIn(headers)),
    traceparent: onlyHeader(headers, 'traceparent'),
  };
}
