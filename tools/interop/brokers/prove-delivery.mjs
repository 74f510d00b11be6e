/** What brokers do with messages over time: deliver again, keep waiting, put aside; and what an attacker does: replay. */
import { expectThat } from '../program.mjs';
import { createConsumer, createProducer } from './parties.mjs';
import { firstOf } from './wire.mjs';

const payload = Buffer.from('{"orderId":42}');

/**
 * @param {import('./prove-seals.mjs').Scene} scene
 * @returns {Promise<readonly string[]>}
 */
export async function proveDelivery({ bench, wires }) {
  const wire = firstOf(wires);
  const producer = createProducer(bench);
  const { placed } = wire;
  const consumer = createConsumer(bench, { keys: producer.ring.history });
  const withoutHistory = createConsumer(bench, { keys: producer.laterKeys });
  const sealed = (/** @type {object} */ more = {}) => ({ payload, seals: [producer.seal(placed, payload, more)] });
  const handle = async (by = consumer) => by.handle(await wire.next(placed));
  try {
    // The handler fails, the message comes again, and is then handled.
    const first = sealed();
    await wire.send(placed, first);
    const failed = await consumer.handle(await wire.next(placed), () => {
      throw new Error('the handler fails');
    });
    expectThat(failed === 'failed retry', `a handler that fails lets the message come again: ${failed}`);
    const again = await wire.next(placed);
    expectThat(again.redelivered, 'the broker says that it delivers it again');
    expectThat((await consumer.handle(again)) === 'handled', 'what comes again after a failure is handled');
    expectThat(consumer.event()['messaging.redelivered'] === true, 'the event says that it came again');

    // The same bytes once more, after they were handled.
    await wire.send(placed, first);
    const replayed = await handle();
    expectThat(replayed === 'MESSAGE_REPLAYED acknowledge', `a replay after the acknowledgement: ${replayed}`);

    // A consumer that dies before it began: the broker delivers again, and nothing was noted.
    await wire.send(placed, sealed());
    await wire.die(placed);
    const orphan = await wire.next(placed);
    expectThat(orphan.redelivered, 'what a dead consumer left comes again');
    expectThat((await consumer.handle(orphan)) === 'handled', 'what a dead consumer left is handled');

    // The time of processing counts.
    await wire.send(placed, sealed({ lifetimeSeconds: 1800 }));
    consumer.wait(20);
    const afterRotation = await handle();
    expectThat(afterRotation === 'handled', `its key was good when it was sealed, and signs no more: ${afterRotation}`);
    withoutHistory.wait(20);
    await wire.send(placed, sealed({ lifetimeSeconds: 1800 }));
    const unknown = await handle(withoutHistory);
    expectThat(unknown === 'MESSAGE_KEY_UNKNOWN quarantine', `without a history of keys: ${unknown}`);
    await wire.send(placed, sealed({ lifetimeSeconds: 600 }));
    const late = await handle();
    expectThat(late === 'MESSAGE_EXPIRED quarantine', `a message that waited for too long: ${late}`);

    const lines = [
      'a message whose handler failed, or whose consumer died, comes again and is handled once; sent again after that it is a replay, and refused',
      'the time of processing counts: a message that waited longer than its seal says is put aside; one whose key was retired meanwhile is taken by the history of keys, and not without it',
    ];
    if (wire.quarantined !== undefined) {
      const aside = await consumer.handle(await wire.quarantined());
      expectThat(aside === 'MESSAGE_MISDIRECTED quarantine', `what is put aside is not taken from there: ${aside}`);
      lines.push('what the broker put aside (dead-letter exchange) is refused there: it has to be sealed again');
    }
    return lines;
  } finally {
    await Promise.all([consumer.close(), withoutHistory.close(), producer.ring.close()]);
  }
}
