/** RabbitMQ: sealed messages through a broker that others wrote, and the handlers of a NestJS microservice behind it. */
import { amqpNest } from '../brokers/amqp-nest.mjs';
import { amqpWire } from '../brokers/amqp-wire.mjs';
import { proveCompeting } from '../brokers/prove-competing.mjs';
import { proveDelivery } from '../brokers/prove-delivery.mjs';
import { proveNest } from '../brokers/prove-nest.mjs';
import { proveSeals } from '../brokers/prove-seals.mjs';
import { installRabbitmq, rabbitmqVersion, startRabbitmq } from '../brokers/rabbitmq.mjs';

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'rabbitmq',
  version: rabbitmqVersion,
  install: installRabbitmq,
  prove: async (bench) => {
    const broker = await startRabbitmq(bench.scratch);
    const wires = [await amqpWire(bench, broker.url), await amqpWire(bench, broker.url)];
    try {
      const scene = { bench, wires };
      const own = [...(await proveSeals(scene)), ...(await proveDelivery(scene)), ...(await proveCompeting(scene))];
      return [...own, ...(await proveNest({ bench, nest: await amqpNest(bench, broker.url) }))];
    } finally {
      await Promise.all(wires.map((wire) => wire.close()));
      await broker.stop();
    }
  },
};
