/** Two consumers that share a ledger, and a flood in which every message was sent twice. */
import { expectThat } from '../program.mjs';
import { createConsumer, createProducer } from './parties.mjs';
import { firstOf } from './wire.mjs';

const count = 100;

/**
 * @param {import('./prove-seals.mjs').Scene} scene
 * @returns {Promise<readonly string[]>}
 */
export async function proveCompeting({ bench, wires }) {
  const wire = firstOf(wires);
  const producer = createProducer(bench);
  const ledger = bench.core.createMemoryMessageLedger();
  const consumers = wires.map((from) => ({
    from,
    by: createConsumer(bench, { keys: producer.ring.history, ledger }),
  }));
  /** @type {Map<string, number>} */
  const handled = new Map();
  let [taken, replayed, handledBy] = [0, 0, [0, 0]];
  try {
    for (let index = 0; index < count; index += 1) {
      const payload = Buffer.from(`{"orderId":${index}}`);
      const sent = { payload, seals: [producer.seal(wire.placed, payload)] };
      await wire.send(wire.placed, sent);
      await wire.send(wire.placed, sent);
    }
    const work = async (/** @type {number} */ which) => {
      const { from, by } = /** @type {typeof consumers[0]} */ (consumers[which]);
      while (taken < 2 * count) {
        taken += 1;
        const delivery = await from.next(wire.placed);
        const told = await by.handle(delivery, () => {
          const order = Buffer.from(delivery.facts.payload ?? []).toString();
          handled.set(order, (handled.get(order) ?? 0) + 1);
          handledBy[which] = (handledBy[which] ?? 0) + 1;
        });
        if (told === 'MESSAGE_REPLAYED acknowledge') replayed += 1;
        // The twin is being handled by the other one: it goes back, and is taken once more.
        else if (told === 'MESSAGE_IN_PROGRESS retry') taken -= 1;
        else expectThat(told === 'handled', `a message of the flood: ${told}`);
      }
    };
    await Promise.all([work(0), work(1)]);
    const twice = [...handled.values()].filter((times) => times !== 1).length;
    expectThat(
      handled.size === count && twice === 0,
      `each of ${count} is handled once: ${handled.size}, ${twice} twice`,
    );
    expectThat(replayed === count, `each twin is a replay: ${replayed}`);
    expectThat(Math.min(...handledBy) > 0, `both consumers worked: ${handledBy.join(' and ')}`);
  } finally {
    await Promise.all(consumers.map(({ by }) => by.close()));
    await producer.ring.close();
  }
  return [
    `two consumers share ${count} messages that were each sent twice: each is handled once (${handledBy.join(' and ')})`,
  ];
}
