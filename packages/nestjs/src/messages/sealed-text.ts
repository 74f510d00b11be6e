/**
 * Sends sealed messages with the clients of Nest, which wrap what they are given into packets of their own. The text that
 * is sent as `data` is what is sealed: it arrives as it was written. Objects would be written anew.
 */
import { sealMessage, type OutgoingMessage, type SealedMessage, type SealingOptions } from '@countersign/core';

/** A text with its seal. Clients write it as the text alone; `attachSeals`, or a record builder, brings the seal along. */
export class SealedText {
  readonly text: string;
  readonly headers: SealedMessage['headers'];

  constructor(text: string, headers: SealedMessage['headers']) {
    this.text = text;
    this.headers = headers;
  }

  /** What JSON makes of it in a packet. */
  toJSON(): string {
    return this.text;
  }
}

/** What is sealed with a text. */
export type SealedTextPlace = Pick<OutgoingMessage, 'destination' | 'key'>;

/**
 * Seals a text. The destination is that of the handler: `tcp:<pattern>`, `redis:<channel>`, `nats:<subject>`,
 * `mqtt:<topic>`, `amqp:<exchange>/<routing key>#<pattern>`.
 * @throws {ConfigurationError} with every fault of what it is given.
 * @throws {SealFault} when there is no key, or the caller cannot be spoken for like this.
 */
export function sealedText(text: string, place: SealedTextPlace, options: SealingOptions): SealedText {
  const payload = Buffer.from(text, 'utf8');
  return new SealedText(text, sealMessage({ ...place, payload, part: 'data' }, options).headers);
}

/**
 * The hook for clients of TCP and Redis, from NestJS 12 on: `client.setOnDispatchHook(attachSeals)`. Their packets carry
 * metadata; those of NestJS 11 do not, and arrive without a seal.
 */
export function attachSeals(packet: { readonly data: unknown; metadata?: Record<string, string> }): void {
  if (packet.data instanceof SealedText) packet.metadata = { ...packet.metadata, ...packet.data.headers };
}
