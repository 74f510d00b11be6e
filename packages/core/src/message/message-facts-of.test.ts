import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { MessageFacts } from '../credential/message-facts.ts';
import { messageFactsOf } from './message-facts-of.ts';
import { recordMessageOf } from './record-message-of.ts';

const payload = Buffer.from('{}');

test('a message that a carrier has read has its destination as target and route', () => {
  const facts = messageFactsOf(recordMessageOf({ headers: {}, destination: 'mqtt:orders', payload }));
  expect([facts.target, facts.route, facts.transport]).toEqual(['mqtt:orders', 'mqtt:orders', 'message']);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a message of NATS', { subject: 'orders.placed', data: payload }],
  ['a message of amqplib', { fields: { routingKey: 'orders.placed' }, content: payload, properties: {} }],
  ['a destination that is none', { destination: 7, seals: [], payload }],
])('what no carrier has read is a fault that names the carriers: %s', (_name, message) => {
  const make = (): unknown => messageFactsOf(message as MessageFacts);
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow('message: has no destination');
});
