/** Messages behind the contexts that Nest makes, of every transport that has headers. */
import {
  JsonSocket,
  KafkaContext,
  MqttContext,
  NatsContext,
  RedisContext,
  RmqContext,
  TcpContext,
} from '@nestjs/microservices';
import { expect, test } from 'vitest';
import { messageIn } from './message-in.ts';

const seal = 'a.b.c';
const headers = { 'countersign-context': seal };
const text = '{"orderId":42}';
const bytes = Buffer.from(text);
const packet = Buffer.from(JSON.stringify({ pattern: 'placed', data: text }));

function rmq(pattern: string, fields = { exchange: '', routingKey: 'orders' }): RmqContext {
  return new RmqContext([{ content: packet, fields, properties: { headers } }, {}, pattern]);
}

function kafka(value: unknown): KafkaContext {
  const message = { value, key: 'order-42', headers } as unknown as KafkaContext extends { getMessage(): infer M }
    ? M
    : never;
  return new KafkaContext([message, 0, 'orders', {} as never, () => Promise.resolve(), {} as never]);
}

const natsHeaders = { values: (name: string) => (name === 'countersign-context' ? [seal] : []) };
const userProperties = { 'countersign-context': seal };
const socket = new JsonSocket({ on: () => {} } as never);

test.each<[string, unknown, unknown, object]>([
  ['RabbitMQ', text, rmq('placed'), { destination: 'amqp:/orders#placed', payload: packet, data: bytes }],
  ['RabbitMQ with an object', { orderId: 42 }, rmq('placed'), { payload: packet, data: undefined }],
  [
    'RabbitMQ, routed by its pattern',
    text,
    rmq('placed', { exchange: 'events', routingKey: 'placed' }),
    { destination: 'amqp:events/placed' },
  ],
  [
    'NATS',
    text,
    new NatsContext(['orders.placed', natsHeaders]),
    { destination: 'nats:orders.placed', payload: undefined, data: bytes },
  ],
  [
    'NATS with a deserializer that keeps bytes',
    bytes,
    new NatsContext(['orders.placed', natsHeaders]),
    { payload: bytes, data: bytes },
  ],
  [
    'NATS with an object',
    { orderId: 42 },
    new NatsContext(['orders.placed', natsHeaders]),
    { payload: undefined, data: undefined },
  ],
  [
    'Kafka',
    text,
    kafka(text),
    { destination: 'kafka:orders', payload: bytes, data: bytes, key: Buffer.from('order-42') },
  ],
  ['Kafka with keepBinary', bytes, kafka(bytes), { payload: bytes }],
  ['Kafka with a parsed value', { orderId: 42 }, kafka({ orderId: 42 }), { payload: undefined, data: undefined }],
  [
    'MQTT',
    text,
    new MqttContext(['orders/placed', { payload: packet, properties: { userProperties } }]),
    { destination: 'mqtt:orders/placed', payload: packet, data: bytes },
  ],
  [
    'MQTT with a content type',
    text,
    new MqttContext(['orders/placed', { payload: packet, properties: { userProperties, contentType: 'text/html' } }]),
    { contentType: 'text/html' },
  ],
  [
    'Redis',
    text,
    new RedisContext(['orders', headers]),
    { destination: 'redis:orders', payload: undefined, data: bytes },
  ],
  [
    'TCP',
    text,
    new TcpContext([socket as never, 'find', headers]),
    { destination: 'tcp:find', payload: undefined, data: bytes },
  ],
])('%s', (_, data, context, expected) => {
  expect(messageIn([data, context])).toMatchObject({ seals: [seal], ...expected });
});

test.each(['\ud800', 'a\udfff'])('text with half a character has no bytes of its own: %j', (half) => {
  expect(messageIn([half, new RedisContext(['orders', headers])])).toMatchObject({ seals: [seal], data: undefined });
});

test.each<[string, unknown]>([
  ['TCP without metadata', new TcpContext([socket as never, 'find'])],
  ['Redis without metadata', new RedisContext(['orders'])],
  ['NATS without headers', new NatsContext(['orders.placed', undefined])],
  [
    'RabbitMQ without headers',
    new RmqContext([{ content: packet, fields: { exchange: '', routingKey: 'orders' }, properties: {} }, {}, 'placed']),
  ],
  ['MQTT before version 5', new MqttContext(['orders', { payload: packet }])],
])('%s carries no seal', (_, context) => {
  expect(messageIn([text, context])).toMatchObject({ seals: [] });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'x'],
  ['an object from the wire', { getSubject: 'orders', getHeaders: headers, getChannel: 'a' }],
  ['a context of another kind', { getSomething: () => 1 }],
])('%s is no message', (_, context) => {
  expect(messageIn([text, context])).toBeUndefined();
});
