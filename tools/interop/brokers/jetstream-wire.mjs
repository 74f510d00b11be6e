/** NATS with JetStream, which keeps a message until it is acknowledged: one stream, and a consumer for each subject. */
import { load } from './packages.mjs';
import { deliveryLimitMs } from './wire.mjs';

const subjects = ['orders.placed', 'orders.cancelled'];
/** After this a message that nobody answered comes again, in nanoseconds. */
const answerWithin = 3e9;

const subjectOf = (/** @type {string} */ destination) => destination.slice('nats:'.length);

/**
 * @param {import('../bench.mjs').Bench} bench
 * @param {string} url
 * @returns {Promise<import('./wire.mjs').Wire>}
 */
export async function jetstreamWire({ core }, url) {
  const { connect, headers: newHeaders } = await load('@nats-io/transport-node');
  const { jetstream, jetstreamManager } = await load('@nats-io/jetstream');
  /** @type {import('./packages.mjs').NatsConnection} */
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  const stream = 'orders';
  await manager.streams.add({ name: stream, subjects });
  /** @type {Map<string, import('./packages.mjs').NatsConsumer>} */
  const consumers = new Map();
  for (const subject of subjects) {
    const name = subject.replace('.', '-');
    const config = { durable_name: name, filter_subject: subject, ack_policy: 'explicit', ack_wait: answerWithin };
    await manager.consumers.add(stream, config);
    consumers.set(subject, await jetstream(connection).consumers.get(stream, name));
  }

  /** @param {string} destination */
  const take = async (destination) => {
    const consumer = consumers.get(subjectOf(destination));
    const message = await consumer?.next({ expires: deliveryLimitMs });
    if (message === undefined || message === null) throw new Error(`nothing came: ${destination}`);
    return {
      facts: core.natsMessageOf(message),
      redelivered: message.redelivered,
      answer: async (/** @type {import('@countersign/core').Disposition} */ disposition) => {
        if (disposition === 'acknowledge') message.ack();
        else if (disposition === 'retry') message.nak();
        else message.term();
      },
    };
  };
  return {
    placed: `nats:${subjects[0]}`,
    cancelled: `nats:${subjects[1]}`,
    send: async (destination, { payload, seals, headers = {}, contentType }) => {
      /** @type {import('./packages.mjs').NatsHeadersToSend} */
      const lines = newHeaders();
      for (const seal of seals) lines.append(core.sealHeader, seal);
      for (const [name, value] of Object.entries(headers)) lines.append(name, value);
      if (contentType !== undefined) lines.append('content-type', contentType);
      await jetstream(connection).publish(subjectOf(destination), payload, { headers: lines });
    },
    next: take,
    // Nobody answers it: it comes again when the time to answer is over.
    die: take,
    close: () => connection.close(),
  };
}
