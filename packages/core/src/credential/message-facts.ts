/**
 * A message of a broker, as data: what its seal must fit. Carriers make it out of what their broker delivered; nothing in
 * it is believed.
 */

/** One message. */
export interface MessageFacts {
  /** Every value in the place of the seal, one element per header line. */
  readonly seals: readonly string[];
  /** Where the message was found, with the broker's scheme in front: `nats:orders.placed`. As the broker tells it. */
  readonly destination: string;
  /** The raw bytes as received, before anything decoded them. Undefined where the framework keeps them to itself. */
  readonly payload?: Uint8Array | undefined;
  /** The text (as UTF-8) or the bytes in the member `data` of a packet, where a framework wraps what is sent. */
  readonly data?: Uint8Array | undefined;
  /** The key of the message, where the broker knows keys and the message has one. */
  readonly key?: Uint8Array | undefined;
  /**
   * The content type that the message tells beside its payload. Empty when it tells none and has a place for it, so that
   * nobody takes away what was sealed; undefined when nothing can be said of it.
   */
  readonly contentType?: string | undefined;
  /** The type of the event, in the same way. */
  readonly eventType?: string | undefined;
  /** Other attributes beside the payload that the application reads, as one canonical text. */
  readonly attributes?: string | undefined;
  /** The `traceparent` header, for the trace and for nothing else. */
  readonly traceparent?: string | undefined;
}
