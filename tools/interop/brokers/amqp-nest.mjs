/**
 * RabbitMQ as NestJS uses it: every message goes into one queue by the default exchange, and a pattern within the packet
 * selects the handler.
 */
import { load } from './packages.mjs';

const queue = 'notifications';

/**
 * @param {import('../bench.mjs').Bench} bench
 * @param {string} url
 * @returns {Promise<import('./prove-nest.mjs').NestWire>}
 */
export async function amqpNest({ core }, url) {
  const { RmqRecordBuilder, Transport } = await load('@nestjs/microservices');
  return {
    transport: { transport: Transport.RMQ, options: { urls: [url], queue, queueOptions: { durable: false } } },
    destination: (pattern) => `amqp:/${queue}#${pattern}`,
    record: (data, seals) => {
      // A table has each name once; whoever wants two values sends a list.
      const seal = seals.length > 1 ? seals : seals[0];
      const headers = seal === undefined ? {} : { [core.sealHeader]: seal };
      return new RmqRecordBuilder(data).setOptions({ headers }).build();
    },
  };
}
