/** A message whose headers are a plain record: user properties of MQTT 5, metadata of NestJS packets, your own envelope. */
import type { MessageFacts } from '../credential/message-facts.ts';
import { contentTypesIn, onlyHeader, ownHeader, toldBy } from './header-values.ts';
import { sealHeader } from './seal-message.ts';

/** A message, as far as it is read here. */
export interface RecordMessage {
  /** Values are texts, bytes, or lists of them where a header was repeated. */
  readonly headers: object | undefined;
  /** Where it was found, with the scheme of the broker: `mqtt:orders/placed`. */
  readonly destination: string;
  readonly payload?: Uint8Array | undefined;
}

/** Reads it. */
export function recordMessageOf({ headers, destination, payload }: RecordMessage): MessageFacts {
  const contentTypes = contentTypesIn(headers);
  return {
    seals: ownHeader(headers, sealHeader),
    destination,
    payload,
    // Without such a header it may be told elsewhere, as in MQTT.
    ...(contentTypes.length > 0 && { contentType: toldBy(contentTypes) }),
    traceparent: onlyHeader(headers, 'traceparent'),
  };
}
