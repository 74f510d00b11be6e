/** A sealed message through a real broker: taken as it was sealed, refused when anything of it is different. */
import { expectThat } from '../program.mjs';
import { names } from '../bench.mjs';
import { createConsumer, createProducer } from './parties.mjs';
import { firstOf } from './wire.mjs';

/**
 * @typedef {object} Scene
 * @property {import('../bench.mjs').Bench} bench
 * @property {readonly import('./wire.mjs').Wire[]} wires two, to the same broker
 */

const payload = Buffer.from('{"orderId":42}');
const other = Buffer.from('{"orderId":43}');

/**
 * @param {Scene} scene
 * @returns {Promise<readonly string[]>}
 */
export async function proveSeals({ bench, wires }) {
  const { core } = bench;
  const wire = firstOf(wires);
  const producer = createProducer(bench);
  const { placed, cancelled } = wire;
  const consumer = createConsumer(bench, { keys: producer.ring.history });
  const seal = (/** @type {object} */ more = {}) => producer.seal(placed, payload, more);
  const through = async (/** @type {import('./wire.mjs').Sent} */ sent, destination = placed) => {
    await wire.send(destination, sent);
    return consumer.handle(await wire.next(destination));
  };
  try {
    let seen = '';
    await wire.send(placed, { payload, seals: [seal()] });
    const told = await consumer.handle(await wire.next(placed), () => {
      const { id, subject, actors } = core.currentCaller();
      seen = `${id} for ${subject?.id}, actors ${actors.join(' ')}`;
    });
    const expected = `${names.caller} for alice, actors ${names.caller} ${producer.alice.id}`;
    expectThat(told === 'handled' && seen === expected, `the message is taken, the handler knows: ${told} ${seen}`);

    /** @type {readonly (readonly [label: string, sent: import('./wire.mjs').Sent, reason: string, destination?: string])[]} */
    const rows = [
      ['moved to another destination', { payload, seals: [seal()] }, 'MESSAGE_MISDIRECTED', cancelled],
      ['sealed for another consumer', { payload, seals: [seal({ audience: names.stranger })] }, 'MESSAGE_MISDIRECTED'],
      ['another payload', { payload: other, seals: [seal()] }, 'MESSAGE_ALTERED'],
      ['a byte more', { payload: Buffer.concat([payload, Buffer.from(' ')]), seals: [seal()] }, 'MESSAGE_ALTERED'],
      ['the seal of another message', { payload, seals: [producer.seal(placed, other)] }, 'MESSAGE_ALTERED'],
      ['no seal', { payload, seals: [] }, 'CREDENTIAL_MISSING'],
      ['two seals', { payload, seals: [seal(), seal()] }, 'CREDENTIAL_MULTIPLE'],
      ['a seal and an empty one', { payload, seals: [seal(), ''] }, 'CREDENTIAL_MULTIPLE'],
      [
        'a key of somebody else',
        { payload, seals: [seal({ keys: producer.foreignKeys })] },
        'MESSAGE_SIGNATURE_INVALID',
      ],
      [
        'a producer that is not trusted',
        { payload, seals: [seal({ producer: names.stranger })] },
        'MESSAGE_PRODUCER_UNKNOWN',
      ],
      [
        'a scope that the producer may not give',
        { payload, seals: [seal({ scope: 'orders:write' })] },
        'MESSAGE_CLAIM_NOT_ACCEPTED',
      ],
      ['no subject', { payload, seals: [producer.sealOwn(placed, payload)] }, 'SUBJECT_REQUIRED'],
      ['no scope', { payload, seals: [seal({ scope: '' })] }, 'SCOPE_INSUFFICIENT'],
      [
        'a token in place of a seal',
        { payload, seals: [], headers: { authorization: 'Bearer abc.def.ghi' } },
        'CREDENTIAL_MISSING',
      ],
    ];
    for (const [label, sent, reason, destination] of rows) {
      const end = await through(sent, destination);
      expectThat(end === `${reason} quarantine`, `${label}: ${end}`);
      expectThat(consumer.event()['event.name'] !== 'authz.allow', `${label} is no allowed event`);
    }
    return [
      'a sealed message is taken: the handler knows the producer, the subject and the chain of actors',
      `refused and put aside: ${rows.map(([label]) => label).join(', ')}`,
    ];
  } finally {
    await consumer.close();
    await producer.ring.close();
  }
}
