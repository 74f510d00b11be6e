/** RabbitMQ: an exchange, a queue for each key, and a dead-letter exchange for what is put aside. */
import { eventually } from '../daemon.mjs';
import { load } from './packages.mjs';
import { deliveryLimitMs } from './wire.mjs';

const exchange = 'events';
const dead = 'put-aside';
const keys = ['orders.placed', 'orders.cancelled'];

/** @param {string} destination @returns {string} the routing key */
const keyOf = (destination) => destination.slice(`amqp:${exchange}/`.length);

/**
 * @param {import('@countersign/core').Disposition} disposition
 * @param {import('./packages.mjs').AmqpChannel} channel
 * @param {import('./packages.mjs').AmqpDelivery} message
 */
function answer(disposition, channel, message) {
  if (disposition === 'acknowledge') channel.ack(message);
  else channel.nack(message, false, disposition === 'retry');
}

/**
 * @param {import('../bench.mjs').Bench} bench
 * @param {string} url
 * @returns {Promise<import('./wire.mjs').Wire>}
 */
export async function amqpWire({ core }, url) {
  const { connect } = await load('amqplib');
  /** @type {import('./packages.mjs').AmqpConnection} */
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(exchange, 'topic');
  await channel.assertExchange(dead, 'topic');
  await channel.assertQueue(dead);
  await channel.bindQueue(dead, dead, '#');
  for (const key of keys) {
    await channel.assertQueue(key, { arguments: { 'x-dead-letter-exchange': dead } });
    await channel.bindQueue(key, exchange, key);
  }

  /** @param {import('./packages.mjs').AmqpChannel} from @param {import('./packages.mjs').AmqpDelivery} message */
  const deliveryOf = (from, message) => ({
    facts: core.amqpMessageOf(message),
    redelivered: message.fields.redelivered,
    answer: async (/** @type {import('@countersign/core').Disposition} */ disposition) =>
      answer(disposition, from, message),
  });
  /** @param {import('./packages.mjs').AmqpChannel} from @param {string} queue */
  const take = async (from, queue) => {
    const message = await eventually(`a message in ${queue}`, () => from.get(queue), deliveryLimitMs);
    if (message === false) throw new Error('unreachable');
    return deliveryOf(from, message);
  };
  return {
    placed: `amqp:${exchange}/${keys[0]}`,
    cancelled: `amqp:${exchange}/${keys[1]}`,
    send: async (destination, { payload, seals, headers, contentType }) => {
      // A table has each name once; whoever wants two values sends a list.
      const seal = seals.length > 1 ? seals : seals[0];
      const table = { ...headers, ...(seal !== undefined && { [core.sealHeader]: seal }) };
      channel.publish(exchange, keyOf(destination), payload, { headers: table, contentType });
      await channel.waitForConfirms();
    },
    next: (destination) => take(channel, keyOf(destination)),
    die: async (destination) => {
      const other = await connection.createConfirmChannel();
      const taken = await take(other, keyOf(destination));
      await other.close();
      return taken;
    },
    quarantined: async () => {
      let latest = await take(channel, dead);
      for (let message = await channel.get(dead); message !== false; message = await channel.get(dead)) {
        await latest.answer('acknowledge');
        latest = deliveryOf(channel, message);
      }
      return latest;
    },
    close: () => connection.close(),
  };
}
