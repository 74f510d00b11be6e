/** NATS: sealed messages through a broker that others wrote, and the handlers of a NestJS microservice behind it. */
import { jetstreamWire } from '../brokers/jetstream-wire.mjs';
import { natsNest } from '../brokers/nats-nest.mjs';
import { startNats } from '../brokers/nats.mjs';
import { proveCompeting } from '../brokers/prove-competing.mjs';
import { proveDelivery } from '../brokers/prove-delivery.mjs';
import { proveNest } from '../brokers/prove-nest.mjs';
import { proveSeals } from '../brokers/prove-seals.mjs';
import { aptInstall, versionOf } from '../program.mjs';

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'nats',
  version: () => versionOf('nats-server', ['--version'], /v(\d\S+)/),
  install: () => aptInstall('nats-server'),
  prove: async (bench) => {
    const broker = await startNats(bench.scratch);
    const wires = [await jetstreamWire(bench, broker.url), await jetstreamWire(bench, broker.url)];
    try {
      const scene = { bench, wires };
      const own = [...(await proveSeals(scene)), ...(await proveDelivery(scene)), ...(await proveCompeting(scene))];
      return [...own, ...(await proveNest({ bench, nest: await natsNest(bench, broker.url) }))];
    } finally {
      await Promise.all(wires.map((wire) => wire.close()));
      await broker.stop();
    }
  },
};
