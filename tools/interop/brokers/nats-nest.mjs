/** NATS as NestJS uses it: the pattern of a handler is the subject, and seals are lines of its headers. */
import { load } from './packages.mjs';

/**
 * @param {import('../bench.mjs').Bench} bench
 * @param {string} url
 * @returns {Promise<import('./prove-nest.mjs').NestWire>}
 */
export async function natsNest({ core }, url) {
  const { NatsRecordBuilder, Transport } = await load('@nestjs/microservices');
  const { headers } = await load('@nats-io/transport-node');
  return {
    transport: { transport: Transport.NATS, options: { servers: [url] } },
    destination: (pattern) => `nats:${pattern}`,
    record: (data, seals) => {
      /** @type {import('./packages.mjs').NatsHeadersToSend} */
      const lines = headers();
      for (const seal of seals) lines.append(core.sealHeader, seal);
      return new NatsRecordBuilder(data).setHeaders(lines).build();
    },
  };
}
