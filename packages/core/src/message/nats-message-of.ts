/** A message of NATS, by the shape that clients give it. The subject is the one the broker delivered, not a wildcard. */
import type { MessageFacts } from '../credential/message-facts.ts';
import { isContentType, toldBy } from './header-values.ts';
import { sealHeader } from './seal-message.ts';

/** Headers of NATS: a multimap whose names are compared with their case. */
export interface NatsHeaders {
  values(name: string): readonly string[];
  /** The names, as they were sent. Without it a content type is looked for under its two usual spellings. */
  keys?(): readonly string[];
}

/** A message, as far as it is read here. */
export interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers?: NatsHeaders | undefined;
}

/** Reads it. The destination is `nats:` and the subject. */
export function natsMessageOf({ subject, data, headers }: NatsMessage): MessageFacts {
  const [traceparent, ...more] = headers?.values('traceparent') ?? [];
  const names = headers?.keys?.().filter((name) => isContentType(name)) ?? ['content-type', 'Content-Type'];
  const contentTypes = names.flatMap((name) => headers?.values(name) ?? []);
  return {
    seals: headers?.values(sealHeader) ?? [],
    destination: `nats:${subject}`,
    payload: data,
    // NATS has no place of its own for it: where the header is not sent, nothing is told.
    ...(contentTypes.length > 0 && { contentType: toldBy(contentTypes) }),
    ...(more.length === 0 && { traceparent }),
  };
}
