/** Messages as brokers' clients give them. `npm run test:interop` reads real ones. */
import { expect, test } from 'vitest';
import type { MessageFacts } from '../credential/message-facts.ts';
import { amqpMessageOf, type AmqpMessage } from './amqp-message-of.ts';
import { kafkaMessageOf } from './kafka-message-of.ts';
import { expectations, outgoing, payload, sealing } from './message.test-kit.ts';
import { messageFactsOf } from './message-facts-of.ts';
import { natsMessageOf } from './nats-message-of.ts';
import { openMessage } from './open-message.ts';
import { recordMessageOf } from './record-message-of.ts';
import { sealHeader, sealMessage } from './seal-message.ts';
import type { OutgoingMessage } from './sealing-options.ts';

async function reasonOf(message: MessageFacts): Promise<string> {
  const opened = await openMessage(message, expectations());
  return opened.ok ? 'opened' : `${opened.reason} ${opened.detail.check}`;
}

function sealFor(message: Partial<OutgoingMessage>): string {
  return sealMessage({ ...outgoing, ...message }, sealing()).seal;
}

/** Headers of NATS: names with their case, and every value. */
function natsHeaders(...lines: [string, string][]) {
  return { values: (name: string) => lines.filter(([one]) => one === name).map(([, value]) => value) };
}

test('NATS: one header of exactly this name counts', async () => {
  const seal = sealFor({ destination: 'nats:orders.placed' });
  const read = (subject: string, ...lines: [string, string][]): Promise<string> =>
    reasonOf(natsMessageOf({ subject, data: payload, headers: natsHeaders(...lines) }));
  expect(await read('orders.placed', [sealHeader, seal])).toBe('opened');
  expect(await read('orders.placed', ['Countersign-Context', seal])).toBe('CREDENTIAL_MISSING message.seal');
  expect(await read('orders.placed', [sealHeader, seal], [sealHeader, seal])).toBe('CREDENTIAL_MULTIPLE message.seal');
  expect(await read('orders.cancelled', [sealHeader, seal])).toBe('MESSAGE_MISDIRECTED aud');
  expect(await reasonOf(natsMessageOf({ subject: 'orders.placed', data: payload }))).toBe(
    'CREDENTIAL_MISSING message.seal',
  );
});

test('AMQP: exchange and routing key are the destination', async () => {
  const seal = sealFor({ destination: 'amqp:events/orders.placed' });
  const good: AmqpMessage = {
    content: payload,
    fields: { exchange: 'events', routingKey: 'orders.placed' },
    properties: { headers: { [sealHeader]: seal } },
  };
  const rows: [AmqpMessage, string][] = [
    [good, 'opened'],
    [{ ...good, fields: { exchange: 'dead', routingKey: 'orders.placed' } }, 'MESSAGE_MISDIRECTED aud'],
    [{ ...good, fields: { exchange: 'events', routingKey: 'orders' } }, 'MESSAGE_MISDIRECTED aud'],
    [{ ...good, properties: {} }, 'CREDENTIAL_MISSING message.seal'],
    [
      { ...good, properties: { headers: Object.create({ [sealHeader]: seal }) as object } },
      'CREDENTIAL_MISSING message.seal',
    ],
    [{ ...good, properties: { headers: { [sealHeader]: { '!': 'void' } } } }, 'MESSAGE_SEAL_MALFORMED token.segments'],
    [{ ...good, properties: { headers: { [sealHeader]: [seal, seal] } } }, 'CREDENTIAL_MULTIPLE message.seal'],
    [{ ...good, properties: { ...good.properties, contentType: 'application/xml' } }, 'MESSAGE_ALTERED msg.ct'],
    [{ ...good, properties: { ...good.properties, type: 'order.cancelled' } }, 'MESSAGE_ALTERED msg.typ'],
  ];
  for (const [message, expected] of rows) expect(await reasonOf(amqpMessageOf(message))).toBe(expected);
});

test('AMQP: no two places have one name', async () => {
  const at = (exchange: string, routingKey: string): string =>
    amqpMessageOf({ content: payload, fields: { exchange, routingKey }, properties: {} }).destination;
  expect(at('events', 'orders.placed')).toBe('amqp:events/orders.placed');
  const places: [string, string][] = [
    ['events', 'eu/placed'],
    ['events/eu', 'placed'],
    ['events%2Feu', 'placed'],
    ['', 'events/eu/placed'],
    ['events', 'a#placed'],
    ['events', 'a%23placed'],
  ];
  expect(new Set(places.map(([exchange, routingKey]) => at(exchange, routingKey))).size).toBe(places.length);
  // `#` is for the pattern of a packet inside.
  for (const [exchange, routingKey] of places) expect(at(exchange, routingKey)).not.toContain('#');
});

test('what a message told when it was sealed, and tells no more, refuses it', async () => {
  const told = { contentType: 'text/plain', eventType: 'order.placed' };
  const amqp = (properties: AmqpMessage['properties']): Promise<string> => {
    const headers = { [sealHeader]: sealFor({ ...told, destination: 'amqp:events/orders' }) };
    const fields = { exchange: 'events', routingKey: 'orders' };
    return reasonOf(amqpMessageOf({ content: payload, fields, properties: { ...properties, headers } }));
  };
  expect(await amqp({ contentType: 'text/plain', type: 'order.placed' })).toBe('opened');
  expect(await amqp({ type: 'order.placed' })).toBe('MESSAGE_ALTERED msg.ct');
  expect(await amqp({ contentType: 'text/plain' })).toBe('MESSAGE_ALTERED msg.typ');
  expect(await amqp({ contentType: 1, type: 'order.placed' })).toBe('MESSAGE_ALTERED msg.ct');
  const kafka = (more: object): Promise<string> => {
    const headers = { [sealHeader]: sealFor({ contentType: 'text/plain', destination: 'kafka:orders' }), ...more };
    return reasonOf(kafkaMessageOf({ topic: 'orders', message: { value: payload, headers } }));
  };
  expect(await kafka({ 'content-type': 'text/plain' })).toBe('opened');
  expect(await kafka({})).toBe('MESSAGE_ALTERED msg.ct');
  expect(await kafka({ 'content-type': 'text/html' })).toBe('MESSAGE_ALTERED msg.ct');
  expect(await kafka({ 'content-type': ['text/html', 'text/plain'] })).toBe('MESSAGE_ALTERED msg.ct');
});

test('a content type that is told twice, and was not sealed, refuses the message', async () => {
  const seal = sealFor({ destination: 'kafka:orders' });
  const read = (more: object): Promise<string> =>
    reasonOf(
      kafkaMessageOf({ topic: 'orders', message: { value: payload, headers: { [sealHeader]: seal, ...more } } }),
    );
  expect(await read({})).toBe('opened');
  expect(await read({ 'content-type': 'text/html' })).toBe('MESSAGE_ALTERED msg.ct');
  expect(await read({ 'content-type': ['text/html', 'text/html'] })).toBe('MESSAGE_ALTERED msg.ct');
});

test.each(['content-type', 'Content-Type', 'CONTENT-TYPE'])(
  '%s is the content type, however it is spelt',
  async (name) => {
    const headers = (destination: string, type: string) => ({ [sealHeader]: sealFor({ destination }), [name]: type });
    const read: Record<string, (type: string) => MessageFacts> = {
      kafka: (type) =>
        kafkaMessageOf({ topic: 'orders', message: { value: payload, headers: headers('kafka:orders', type) } }),
      mqtt: (type) => recordMessageOf({ headers: headers('mqtt:orders', type), destination: 'mqtt:orders', payload }),
      nats: (type) => {
        const all: Record<string, string> = headers('nats:orders', type);
        const values = (one: string): string[] => (one in all ? [all[one] ?? ''] : []);
        return natsMessageOf({ subject: 'orders', data: payload, headers: { values, keys: () => Object.keys(all) } });
      },
    };
    for (const [broker, of] of Object.entries(read)) {
      expect([broker, await reasonOf(of('text/html'))]).toEqual([broker, 'MESSAGE_ALTERED msg.ct']);
      expect([broker, await reasonOf(of(''))]).toEqual([broker, 'opened']);
    }
  },
);

test('text that has no bytes of its own is not taken for the text whose bytes it shares', async () => {
  // A lone surrogate and U+FFFD are the same bytes of UTF-8.
  const value = '\ufffd';
  const seal = sealFor({ destination: 'kafka:orders', payload: Buffer.from(value) });
  const read = (text: string): Promise<string> =>
    reasonOf(kafkaMessageOf({ topic: 'orders', message: { value: text, headers: { [sealHeader]: seal } } }));
  expect(await read(value)).toBe('opened');
  for (const other of ['\ud800', '\udfff']) expect(await read(other)).toBe('MESSAGE_PAYLOAD_UNREADABLE msg.part');
});

test('Kafka: a repeated header is refused, and so are values and keys that were parsed', async () => {
  const key = Buffer.from('order-42');
  const seal = sealFor({ destination: 'kafka:orders', key });
  const headers = { [sealHeader]: Buffer.from(seal) };
  const good = { key, value: payload, headers };
  const rows: [object, string][] = [
    [good, 'opened'],
    // Text that was read from the bytes and is not parsed.
    [{ ...good, key: 'order-42', value: payload.toString(), headers: { [sealHeader]: seal } }, 'opened'],
    [{ ...good, value: JSON.parse(payload.toString()) as object }, 'MESSAGE_PAYLOAD_UNREADABLE msg.part'],
    [{ ...good, value: null }, 'MESSAGE_PAYLOAD_UNREADABLE msg.part'],
    [{ ...good, key: { order: 42 } }, 'MESSAGE_ALTERED msg.key'],
    [{ ...good, key: null }, 'MESSAGE_ALTERED msg.key'],
    [{ ...good, key: Buffer.from('order-43') }, 'MESSAGE_ALTERED msg.key'],
    [
      { ...good, headers: { [sealHeader]: [Buffer.from(seal), Buffer.from(seal)] } },
      'CREDENTIAL_MULTIPLE message.seal',
    ],
    [{ ...good, headers: { [sealHeader]: [] } }, 'CREDENTIAL_MISSING message.seal'],
    // As a parser joins what was repeated.
    [{ ...good, headers: { [sealHeader]: `${seal},${seal}` } }, 'MESSAGE_SEAL_MALFORMED token.segments'],
    [{ ...good, headers: undefined }, 'CREDENTIAL_MISSING message.seal'],
  ];
  for (const [message, expected] of rows) {
    expect(await reasonOf(kafkaMessageOf({ topic: 'orders', message }))).toBe(expected);
  }
  expect(await reasonOf(kafkaMessageOf({ topic: 'orders.retry', message: good }))).toBe('MESSAGE_MISDIRECTED aud');
});

test('a plain record: user properties of MQTT, or an envelope', async () => {
  const seal = sealFor({ destination: 'mqtt:orders/placed' });
  const read = (headers: object | undefined, at = 'mqtt:orders/placed'): Promise<string> =>
    reasonOf(recordMessageOf({ headers, destination: at, payload }));
  expect(await read({ [sealHeader]: seal })).toBe('opened');
  expect(await read({ [sealHeader]: [seal, seal] })).toBe('CREDENTIAL_MULTIPLE message.seal');
  expect(await read(undefined)).toBe('CREDENTIAL_MISSING message.seal');
  expect(await read({ [sealHeader]: seal }, 'mqtt:orders')).toBe('MESSAGE_MISDIRECTED aud');
});

test('the facts of a message show the trace, and no other header: a token in a queue is never read', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const headers = { authorization: 'Bearer x', traceparent, dpop: 'y' };
  const facts = messageFactsOf(recordMessageOf({ headers, destination: 'mqtt:a', payload }));
  expect(facts.header('traceparent')).toEqual([traceparent]);
  for (const name of ['authorization', 'dpop', 'x-forwarded-client-cert']) expect(facts.header(name)).toEqual([]);
});
