/** `@Allow` on the handlers of a NestJS microservice, with messages that Nest's own client wrote into the broker. */
import { names } from '../bench.mjs';
import { expectThat } from '../program.mjs';
import { load } from './packages.mjs';
import { consumerId, createProducer } from './parties.mjs';
import { loadAdapter, startNestService } from './nest-service.mjs';

/**
 * What differs between brokers, as Nest sees them.
 * @typedef {object} NestWire
 * @property {object} transport options of the microservice and of the client
 * @property {(pattern: string) => string} destination of the handler of a pattern
 * @property {(text: unknown, seals: readonly string[]) => unknown} record what is given to the client of Nest
 */

const text = '{"orderId":42}';

/**
 * @param {{ readonly bench: import('../bench.mjs').Bench, readonly nest: NestWire }} scene
 * @returns {Promise<readonly string[]>}
 */
export async function proveNest({ bench, nest }) {
  const { core } = bench;
  const { ClientProxyFactory } = await load('@nestjs/microservices');
  const { lastValueFrom } = await load('rxjs');
  const adapter = await loadAdapter();
  const producer = createProducer(bench);
  const stranger = createProducer(bench);
  const audit = core.memorySink();
  const mayClaim = /** @type {const} */ ({ subject: true, scope: 'orders:notify' });
  const auth = core.createServiceAuth({
    service: consumerId,
    audience: 'https://notifications.test',
    accept: [
      core.sealedMessage({
        producers: [
          { id: names.caller, keys: producer.ring.history, mayClaim },
          { id: names.stranger, keys: stranger.ring.history, mayClaim },
        ],
        ledger: core.createMemoryMessageLedger(),
      }),
    ],
    audit,
  });
  const requirement = /** @type {const} */ ({ caller: names.caller, subject: 'required', scope: 'orders:notify' });
  const service = await startNestService({ auth, requirement, transport: nest.transport });
  const client = ClientProxyFactory.create(nest.transport);
  const seal = (pattern = 'notify', /** @type {object} */ more = {}) => {
    const options = { ...producer.options, onBehalfOf: producer.alice, scope: 'orders:notify', ...more };
    return adapter.sealedText(text, { destination: nest.destination(pattern) }, options).headers[core.sealHeader];
  };
  const ask = (/** @type {unknown} */ data, /** @type {readonly string[]} */ seals) =>
    lastValueFrom(client.send('notify', nest.record(data, seals)));
  try {
    await client.connect();
    const good = seal();
    const answer = await ask(text, [good]);
    const { by, subject, actors } = answer;
    const isKnown = by === names.caller && subject === 'alice' && actors[0] === names.caller;
    expectThat(isKnown && service.reached.join('') === text, `the handler knows: ${JSON.stringify(answer)}`);

    /** @type {readonly (readonly [label: string, data: unknown, seals: readonly string[], reason: string])[]} */
    const rows = [
      ['the same message again', text, [good], 'MESSAGE_REPLAYED'],
      ['no seal', text, [], 'CREDENTIAL_MISSING'],
      ['two seals', text, [seal(), seal()], 'CREDENTIAL_MULTIPLE'],
      ['another text', '{"orderId":43}', [seal()], 'MESSAGE_ALTERED'],
      ['the object in place of its text', { orderId: 42 }, [seal()], 'MESSAGE_PAYLOAD_UNREADABLE'],
      ['a seal for another handler', text, [seal('other')], 'MESSAGE_MISDIRECTED'],
      [
        'a producer that the handler does not allow',
        text,
        [seal('notify', { producer: names.stranger, keys: stranger.ring })],
        'CALLER_NOT_ALLOWED',
      ],
      ['the key of another producer', text, [seal('notify', { keys: stranger.ring })], 'MESSAGE_SIGNATURE_INVALID'],
    ];
    for (const [label, data, seals, reason] of rows) {
      const told = await ask(data, seals).then(
        () => 'an answer',
        (/** @type {unknown} */ error) => JSON.stringify(error),
      );
      expectThat(/"status":40[03]/.test(told), `${label} is answered with a refusal: ${told}`);
      expectThat(
        audit.events.at(-1)?.['event.reason'] === reason,
        `${label}: ${audit.events.at(-1)?.['event.reason']}`,
      );
    }
    expectThat(service.reached.length === 1, `no refused message reached a handler: ${service.reached.length}`);
    return [
      `NestJS, @Allow on a handler: the caller, the subject and the actors are known in it; no handler is reached by ${rows.map(([label]) => label).join(', ')}`,
    ];
  } finally {
    await client.close();
    await service.close();
    await Promise.all([auth.close(), producer.ring.close(), stranger.ring.close()]);
  }
}
