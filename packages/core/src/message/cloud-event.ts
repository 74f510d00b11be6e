/**
 * CloudEvents 1.0: the seal is an extension attribute, and covers the other attributes with the data. The attributes of
 * the extension `authcontext` (`authtype`, `authid`, `authclaims`) are informational by their own specification: no caller
 * is made of them.
 */
import type { MessageFacts } from '../credential/message-facts.ts';
import { bytesOfText } from './bytes-of-text.ts';
import { headerValues, toldBy } from './header-values.ts';
import { sealMessage } from './seal-message.ts';
import type { SealingOptions } from './sealing-options.ts';

/** The extension attribute that carries a seal: lower-case letters and digits only, at most 20 (spec.md, Naming). */
export const sealAttribute = 's2sctx';

/** An event, as it is in JSON or in an SDK: attributes, and the data as bytes, text or base64. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly specversion: string;
  readonly datacontenttype?: string;
  readonly data?: unknown;
  readonly data_base64?: string;
  readonly [attribute: string]: unknown;
}

// Each hop writes its own trace; the content type of the data is sealed by itself.
const left = new Set([sealAttribute, 'data', 'data_base64', 'datacontenttype', 'traceparent', 'tracestate']);

/** Prefixes of attributes among headers, by binding: HTTP and NATS, Kafka, AMQP. MQTT has none. */
const prefixes = ['ce-', 'ce_', 'cloudEvents:', 'cloudEvents_'] as const;

/** The attributes as one text: sorted, as JSON. Every attribute counts, also those of extensions. */
export function cloudEventAttributes(event: CloudEvent): string {
  const names = Object.keys(event).filter((name) => !left.has(name) && (event[name] ?? undefined) !== undefined);
  return JSON.stringify(names.sort().map((name) => [name, canonical(event[name])]));
}

/** Numbers and booleans are text in headers. Anything else is no attribute, and equals no text. */
function canonical(value: unknown): unknown {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : [value];
}

/** The bytes of the data. An object has none: whoever wrote it as JSON may have written others. */
function dataOf({ data, data_base64: base64 }: CloudEvent): Uint8Array | undefined {
  if (data instanceof Uint8Array) return base64 === undefined ? data : undefined;
  if (typeof data === 'string') return base64 === undefined ? bytesOfText(data) : undefined;
  if (data !== undefined || typeof base64 !== 'string') return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Reads an event that was found at a destination, such as `kafka:orders`. */
export function cloudEventMessageOf(event: CloudEvent, destination: string): MessageFacts {
  return {
    seals: headerValues(event[sealAttribute]),
    destination,
    payload: dataOf(event),
    contentType: toldBy(headerValues(event.datacontenttype)),
    // A type that is no text is told all the same, and was never sealed.
    eventType: textOf(event.type) ?? '',
    attributes: cloudEventAttributes(event),
    traceparent: textOf(event['traceparent']),
  };
}

/**
 * An event of binary mode: its attributes from the headers `ce-…`, `ce_…`, `cloudEvents:…` or `cloudEvents_…`. A header
 * that is repeated, or has two spellings, stays a list, so that nothing fits it.
 */
export function cloudEventIn(headers: Readonly<Record<string, unknown>>, data: Uint8Array): CloudEvent {
  const attributes = new Map<string, string | readonly string[]>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const prefix = prefixes.find((one) => lower.startsWith(one.toLowerCase()));
    const attribute = prefix === undefined ? contentTypeIn(lower) : lower.slice(prefix.length);
    if (attribute === undefined || attribute === 'data' || attribute === 'data_base64') continue;
    const values = [...headerValues(attributes.get(attribute)), ...headerValues(value)];
    attributes.set(attribute, values.length === 1 ? (values[0] ?? '') : values);
  }
  return { id: '', source: '', type: '', specversion: '', ...Object.fromEntries(attributes), data };
}

function contentTypeIn(name: string): string | undefined {
  return name === 'content-type' ? 'datacontenttype' : undefined;
}

/**
 * Seals an event for a destination. Send what it answers, in binary mode or structured.
 * @throws {ConfigurationError} also when the data is no bytes, no text and no base64.
 * @throws {SealFault}
 */
export function sealCloudEvent(event: CloudEvent, destination: string, options: SealingOptions): CloudEvent {
  const { seal } = sealMessage(
    {
      payload: dataOf(event) as Uint8Array,
      destination,
      eventType: event.type,
      attributes: cloudEventAttributes(event),
      ...(event.datacontenttype !== undefined && { contentType: event.datacontenttype }),
    },
    options,
  );
  return { ...event, [sealAttribute]: seal };
}
