/**
 * Calls at a steady pace, as long as the answers keep up, and beside them slow ones that are under way when an identity is
 * switched. Nothing is judged here: each call is told with when it began and ended and what it saw.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Calls under way at once, beside the slow ones: each has a connection of its own. */
const mostOpen = 32;

/**
 * @typedef {object} Call
 * @property {number} began epoch milliseconds
 * @property {number} ended epoch milliseconds
 * @property {boolean} slow
 * @property {string} [client] the certificate that the server saw of us
 * @property {string} [server] the certificate that the server showed us
 * @property {string} [fault]
 */

/**
 * @param {import('@countersign/client').ServiceClient} service
 * @param {{ perSecond: number, seconds: number, slowMs: number }} pace
 * @returns {Promise<{ calls: Call[], milliseconds: number }>}
 */
export async function underLoad(service, { perSecond, seconds, slowMs }) {
  /** @type {Call[]} */
  const calls = [];
  const call = async (/** @type {boolean} */ slow) => {
    /** @type {Call} */
    const told = { began: Date.now(), ended: 0, slow };
    try {
      const response = await service.fetch(slow ? `/who?after=${slowMs}` : '/who');
      const body = await response.text();
      if (response.status === 200) Object.assign(told, JSON.parse(body));
      else told.fault = `status ${response.status}`;
    } catch (error) {
      told.fault = error instanceof Error ? error.message : String(error);
    }
    told.ended = Date.now();
    calls.push(told);
  };
  const slow = [];
  /** @type {Set<Promise<void>>} */
  const open = new Set();
  const begin = performance.now();
  for (let started = 0; ;) {
    const elapsed = performance.now() - begin;
    if (elapsed > seconds * 1000) break;
    for (; started < (elapsed / 1000) * perSecond && open.size < mostOpen; started += 1) {
      const one = call(false).finally(() => open.delete(one));
      open.add(one);
    }
    if (slow.length < elapsed / 500) slow.push(call(true));
    await sleep(5);
  }
  const milliseconds = performance.now() - begin;
  await Promise.all([...open, ...slow]);
  return { calls, milliseconds };
}
