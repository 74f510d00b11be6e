/**
 * Rotation under load: both workloads get new SVIDs all the time, while one calls the other at a steady pace. No call
 * fails, none that begins later than two seconds after a switch shows the old certificate, and slow ones that were under
 * way end well.
 */
import { expectThat } from '../../program.mjs';
import { ids, startWorkload } from '../workloads.mjs';

const perSecond = 600;
const wantedPerSecond = 500;
const wantedSwitches = 3;
const seconds = 32;
const slowMs = 8000;
/** Milliseconds after a switch in which a call may still show what was before. */
const graceMs = 2000;
const inFlightMs = 30_000;

/** @typedef {{ at: number, shown: string | undefined }} Switch */

/** @param {import('../workloads.mjs').Given} given */
export async function proveRotation(given) {
  const inventory = startWorkload(given, 'inventory');
  const orders = startWorkload(given, 'orders');
  try {
    await Promise.all([inventory.ask('ready'), orders.ask('ready')]);
    const { port } = await inventory.ask('serve', { authorize: [ids.orders] });
    const pace = { perSecond, seconds, slowMs };
    const to = { url: `https://127.0.0.1:${port}`, authorize: ids.inventory };
    /** @type {{ calls: import('../load.mjs').Call[], milliseconds: number }} */
    const { calls, milliseconds } = await orders.ask('load', { ...to, ...pace });

    const faults = calls.filter(({ fault }) => fault !== undefined);
    expectThat(faults.length === 0, `no call of ${calls.length} fails: ${faults.length}, ${faults[0]?.fault}`);
    const rate = Math.floor(calls.length / (milliseconds / 1000));
    expectThat(rate >= wantedPerSecond, `at least ${wantedPerSecond} calls a second, not ${rate}`);

    const from = Math.min(...calls.map(({ began }) => began));
    const until = Math.max(...calls.map(({ ended }) => ended));
    const lines = [];
    for (const [end, process] of /** @type {const} */ ([
      ['client', orders],
      ['server', inventory],
    ])) {
      /** @type {Switch[]} */
      const switches = await process.ask('switches');
      const within = switches.filter(({ at }) => at > from && at < from + milliseconds);
      expectThat(within.length >= wantedSwitches, `the ${end} rotates ${wantedSwitches} times, not ${within.length}`);
      const { latest, stale } = lateness(calls, { switches, end });
      expectThat(
        stale.length === 0,
        `no call begins later than ${graceMs} ms after a switch and shows the old certificate of the ${end}: ` +
          `${stale.length} of ${calls.length}, the latest ${latest} ms after it`,
      );
      const spanning = calls.filter(({ began, ended }) => within.some(({ at }) => began < at && at < ended));
      const longest = Math.max(
        ...spanning.flatMap(({ began, ended }) =>
          within.filter(({ at }) => began < at && at < ended).map(({ at }) => ended - at),
        ),
      );
      expectThat(
        spanning.some(({ slow }) => slow),
        `slow calls are under way at a switch of the ${end}`,
      );
      expectThat(longest <= inFlightMs, `what is under way ends within ${inFlightMs} ms of a switch, not ${longest}`);
      lines.push(
        `${end}: ${within.length} rotations; ${spanning.length} calls under way at one ended well, the last ${longest} ms after it; ` +
          (latest < 0
            ? 'no later call showed the old certificate'
            : `the old certificate was last shown by a call begun ${latest} ms after`),
      );
    }
    const total = Math.round((until - from) / 1000);
    return [`rotation under load: ${calls.length} calls in ${total} s, ${rate} a second, 0 failed`, ...lines];
  } finally {
    await Promise.all([inventory.stop(), orders.stop()]);
  }
}

/**
 * How long after a switch calls still began that showed what was before it.
 * @param {readonly import('../load.mjs').Call[]} calls
 * @param {{ switches: readonly Switch[], end: 'client' | 'server' }} of
 */
function lateness(calls, { switches, end }) {
  const endOf = new Map(switches.slice(1).map(({ at }, index) => [switches[index]?.shown, at]));
  let latest = -1;
  const stale = [];
  for (const call of calls) {
    const shown = call[end];
    expectThat(
      switches.some((one) => one.shown === shown),
      `the certificate of the ${end} is one that it had: ${shown}`,
    );
    const over = endOf.get(shown);
    if (over === undefined || call.began <= over) continue;
    latest = Math.max(latest, call.began - over);
    if (call.began - over > graceMs) stale.push(call);
  }
  return { latest, stale };
}
