/** NATS: sealed messages through a broker that others wrote, and the handlers of a NestJS microservice behind it. */
import { jetstreamWire } from '../brokers/jetstream-wire.mjs';
import { startNats } from '../brokers/nats.mjs';
import { proveCompeting } from '../brokers/prove-competing.mjs';
import { proveDelivery } from '../brokers/prove-delivery.mjs';
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
      return [...(await proveSeals(scene)), ...(await proveDelivery(scene)), ...(await proveCompeting(scene))];
    } finally {
      await Promise.all(wires.map((wire) => wire.close()));
      await broker.stop();
    }
  },
};
