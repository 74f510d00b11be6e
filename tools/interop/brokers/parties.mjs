/**
 * Who sends and who handles: `orders` with a ring of signing keys, on behalf of alice; and `notifications`, whose time
 * can be moved, so that a message can wait for an hour without anybody waiting.
 */
import { generateKeyPairSync } from 'node:crypto';
import { names } from '../bench.mjs';

export const consumerId = `spiffe://${names.trustDomain}/notifications`;
const issuer = 'https://issuer.test';
const minute = 60_000;

/**
 * @typedef {object} Consumer
 * @property {(delivery: import('./wire.mjs').Delivery, handler?: () => void) => Promise<string>} handle judges, handles and answers the broker; tells `handled`, or the reason and what became of the message
 * @property {(minutes: number) => void} wait moves its time
 * @property {() => Readonly<Record<string, unknown>>} event the latest
 * @property {() => Promise<void>} close
 */

/** @param {string} [keyId] */
const keyPair = (keyId = 'orders-1') => ({ keyId, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) });

/**
 * @param {import('../bench.mjs').Bench} bench
 */
export function createProducer({ core, testing }) {
  const now = Date.now();
  /** In whole seconds. @param {number} minutes */
  const at = (minutes) => `${new Date(now + minutes * minute).toISOString().slice(0, 19)}Z`;
  const [first, second, foreign] = [keyPair(), keyPair('orders-2'), keyPair()];
  const ring = core.createSigningKeyRing({
    keys: [
      { key: first.privateKey, keyId: first.keyId, algorithm: 'ES256', activeFrom: at(-60), retireAt: at(10) },
      { key: second.privateKey, keyId: second.keyId, algorithm: 'ES256', activeFrom: at(10), retireAt: at(120) },
    ],
  });
  const alice = testing.testCaller({
    id: `oauth:${issuer}#gateway`,
    subject: { issuer, id: 'alice' },
    scopes: ['orders:notify', 'orders:write'],
  });
  const own = { producer: names.caller, keys: ring };
  return {
    ring,
    alice,
    options: own,
    /**
     * @param {string} destination
     * @param {Uint8Array} payload
     * @param {object} [more] changes of the options of sealing
     */
    seal: (destination, payload, more = {}) =>
      core.sealMessage({ destination, payload }, { ...own, onBehalfOf: alice, scope: 'orders:notify', ...more }).seal,
    /** As itself, for nobody. @param {string} destination @param {Uint8Array} payload */
    sealOwn: (destination, payload) =>
      core.sealMessage({ destination, payload }, { ...own, scope: 'orders:notify' }).seal,
    /** Keys of somebody else, under the name of ours. */
    foreignKeys: {
      find: () => ({
        keyId: foreign.keyId,
        key: { keyObject: foreign.privateKey, algorithm: /** @type {const} */ ('ES256') },
      }),
    },
    /** What a consumer knows that keeps no history: the keys of later. */
    laterKeys: {
      keys: [{ ...second.publicKey.export({ format: 'jwk' }), kid: second.keyId, alg: 'ES256', use: 'sig' }],
    },
  };
}

/**
 * @param {import('../bench.mjs').Bench} bench
 * @param {{ keys: import('@countersign/core').TrustedProducer['keys'], ledger?: import('@countersign/core').MessageLedger }} of
 * @returns {Consumer}
 */
export function createConsumer({ core }, { keys, ledger }) {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead };
  const audit = core.memorySink();
  const mayClaim = /** @type {const} */ ({ subject: true, scope: 'orders:notify' });
  const auth = core.createServiceAuth({
    service: consumerId,
    audience: 'https://notifications.test',
    accept: [
      core.sealedMessage({
        producers: [{ id: names.caller, keys, mayClaim }],
        ledger: ledger ?? core.createMemoryMessageLedger({ clock }),
      }),
    ],
    audit,
    clock,
  });
  const requirement = core.compileRequirement(
    { caller: names.caller, subject: 'required', scope: 'orders:notify' },
    'Notifications.placed',
  );
  return {
    handle: async ({ facts, answer }, handler = () => {}) => {
      try {
        const end = await core.handleMessage(auth, { facts: core.messageFactsOf(facts), requirement }, handler);
        const disposition = end.outcome === 'handled' ? 'acknowledge' : end.disposition;
        await answer(disposition);
        return end.outcome === 'handled' ? 'handled' : `${end.verdict.reason} ${disposition}`;
      } catch {
        await answer('retry');
        return 'failed retry';
      }
    },
    wait: (minutes) => void (ahead += minutes * minute),
    event: () => ({ ...audit.events.at(-1) }),
    close: () => auth.close(),
  };
}
