import { expect, test } from 'vitest';
import {
  cloudEventAttributes,
  cloudEventIn,
  cloudEventMessageOf,
  sealAttribute,
  sealCloudEvent,
  type CloudEvent,
} from './cloud-event.ts';
import { expectations, sealing } from './message.test-kit.ts';
import { openMessage } from './open-message.ts';

const destination = 'kafka:orders';
const event: CloudEvent = {
  specversion: '1.0',
  id: '42',
  source: '/orders',
  type: 'order.placed',
  datacontenttype: 'application/json',
  data: '{"orderId":42}',
  attempt: 1,
};

async function reasonOf(given: CloudEvent, at = destination): Promise<string> {
  const opened = await openMessage(cloudEventMessageOf(given, at), expectations());
  return opened.ok ? 'opened' : `${opened.reason} ${opened.detail.check}`;
}

test('an event is sealed with its attributes, in a structured document', async () => {
  const sealed = sealCloudEvent(event, destination, sealing());
  expect(await reasonOf(JSON.parse(JSON.stringify(sealed)) as CloudEvent)).toBe('opened');
  // The same bytes in the other form of the document.
  const { data: _, ...rest } = sealed;
  expect(await reasonOf({ ...rest, data_base64: Buffer.from('{"orderId":42}').toString('base64') })).toBe('opened');
  expect(await reasonOf({ ...sealed, traceparent: '00-1-2-01' })).toBe('opened');
});

test.each<[string, object, string]>([
  ['another id', { id: '43' }, 'MESSAGE_ALTERED msg.att'],
  ['another source', { source: '/billing' }, 'MESSAGE_ALTERED msg.att'],
  ['another type', { type: 'order.cancelled' }, 'MESSAGE_ALTERED msg.typ'],
  ['a subject', { subject: 'order-42' }, 'MESSAGE_ALTERED msg.att'],
  ['another extension', { attempt: 2 }, 'MESSAGE_ALTERED msg.att'],
  ['one extension fewer', { attempt: undefined }, 'MESSAGE_ALTERED msg.att'],
  ['an attribute that is an object', { attempt: { toString: '1' } }, 'MESSAGE_ALTERED msg.att'],
  ['another content type', { datacontenttype: 'application/xml' }, 'MESSAGE_ALTERED msg.ct'],
  ['no content type', { datacontenttype: undefined }, 'MESSAGE_ALTERED msg.ct'],
  ['a content type that is no text', { datacontenttype: 1 }, 'MESSAGE_ALTERED msg.ct'],
  ['other data', { data: '{"orderId":43}' }, 'MESSAGE_ALTERED msg.dig'],
  ['parsed data', { data: { orderId: 42 } }, 'MESSAGE_PAYLOAD_UNREADABLE msg.part'],
  ['data twice', { data_base64: 'eyJvcmRlcklkIjo0Mn0=' }, 'MESSAGE_PAYLOAD_UNREADABLE msg.part'],
  ['the word of somebody else about the user', { authtype: 'user', authid: 'root' }, 'MESSAGE_ALTERED msg.att'],
  ['no seal', { [sealAttribute]: undefined }, 'CREDENTIAL_MISSING message.seal'],
  ['a seal that is no text', { [sealAttribute]: 1 }, 'MESSAGE_SEAL_MALFORMED token.segments'],
])('an event with %s is refused', async (_, more, expected) => {
  expect(await reasonOf({ ...sealCloudEvent(event, destination, sealing()), ...more })).toBe(expected);
});

test('an event that was moved to another topic is refused', async () => {
  const sealed = sealCloudEvent(event, destination, sealing());
  expect(await reasonOf(sealed, 'kafka:orders')).toBe('opened');
  expect(await reasonOf(sealed, 'kafka:orders.retry')).toBe('MESSAGE_MISDIRECTED aud');
});

test('the authcontext of an event makes no caller, also where its producer sealed it', async () => {
  const sealed = sealCloudEvent({ ...event, authtype: 'user', authid: 'root' }, destination, sealing());
  const opened = await openMessage(cloudEventMessageOf(sealed, destination), expectations());
  expect(opened).toMatchObject({ ok: true, value: { subject: undefined, actors: [] } });
});

test.each(['ce-', 'Ce-', 'ce_', 'cloudEvents:', 'cloudEvents_'])('binary mode with the prefix %s', async (prefix) => {
  const { data, datacontenttype, ...attributes } = sealCloudEvent(event, destination, sealing());
  const headers: Record<string, unknown> = { 'content-type': datacontenttype, authorization: 'Bearer x' };
  for (const [name, value] of Object.entries(attributes)) headers[prefix + name] = Buffer.from(String(value));
  const bytes = Buffer.from(String(data));
  expect(await reasonOf(cloudEventIn(headers, bytes))).toBe('opened');
  const twice = { ...headers, [`${prefix}${sealAttribute}`]: [attributes[sealAttribute], attributes[sealAttribute]] };
  expect(await reasonOf(cloudEventIn(twice, bytes))).toBe('CREDENTIAL_MULTIPLE message.seal');
  expect(await reasonOf(cloudEventIn({ ...headers, [`${prefix}id`]: ['42', '43'] }, bytes))).toBe(
    'MESSAGE_ALTERED msg.att',
  );
  // Two spellings of one attribute are two values.
  expect(await reasonOf(cloudEventIn({ ...headers, 'ce-id': '42', ce_id: '42' }, bytes))).toBe(
    'MESSAGE_ALTERED msg.att',
  );
  expect(await reasonOf(cloudEventIn(headers, Buffer.from('{}')))).toBe('MESSAGE_ALTERED msg.dig');
});

test('the text of the attributes does not hang on their order or on how a number is written', () => {
  const { attempt: _, ...rest } = event;
  expect(cloudEventAttributes({ attempt: '1', ...rest })).toBe(cloudEventAttributes(event));
  expect(cloudEventAttributes({ ...event, attempt: ['1'] })).not.toBe(cloudEventAttributes(event));
});
