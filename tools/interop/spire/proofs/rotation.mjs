/**
 * Rotation under load: both workloads get new SVIDs all the time, while one calls the other at a steady pace. No call
 * fails, none that begins later than two seconds after a switch shows the old certificate, and slow ones that were under
 * way end well.
 */
import { expectThat } from '../../program.mjs';
import { ids, startWorkload } from '../workloads.mjs';

const perSecond = 700;
const wantedPerSecond = 500;
const wantedSwitches = 3;
const seconds = 24;
const attempts = 3;
const slowMs = 8000;
/** Milliseconds after a switch in which a call may still show what was before. */
const graceMs = 2000;
const inFlightMs = 30_000;

/** @typedef {{ at: number, shown: string | undefined }} Switch */

/** @typedef {import('../asked-process.mjs').AskedProcess} AskedProcess */

/** @param {import('../workloads.mjs').Given} given */
export async function proveRotation(given) {
  const inventory = startWorkload(given, 'inventory');
  const orders = startWorkload(given, 'orders');
  try {
    await Promise.all([inventory.ask('ready'), orders.ask('ready')]);
    const { port } = await inventory.ask('serve', { authorize: ids.orders });
    const to = { url: `https://127.0.0.1:${port}`, authorize: ids.inventory };
    const rates = [];
    // How many calls there are is up to the machine, and others may be at work on it. All else must hold each time.
    while (rates.length < attempts) {
      const told = await orders.ask('load', { ...to, perSecond, seconds, slowMs });
      const { rate, lines } = await judge(told, { inventory, orders });
      if (rate >= wantedPerSecond) return lines;
      rates.push(rate);
    }
    throw new Error(`this machine was too busy for ${wantedPerSecond} calls a second: ${rates.join(', ')}`);
  } finally {
    await Promise.all([inventory.stop(), orders.stop()]);
  }
}

/**
 * @param {{ calls: import('../load.mjs').Call[], milliseconds: number }} told
 * @param {{ inventory: AskedProcess, orders: AskedProcess }} processes
 */
async function judge({ calls, milliseconds }, { inventory, orders }) {
  const faults = calls.filter(({ fault }) => fault !== undefined);
  expectThat(faults.length === 0, `no call of ${calls.length} fails: ${faults.length}, ${faults[0]?.fault}`);
  const rate = Math.floor(calls.length / (milliseconds / 1000));
  const from = calls.reduce((least, { began }) => Math.min(least, began), Infinity);
  const lines = [
    `rotation under load: ${calls.length} calls in ${Math.round(milliseconds / 1000)} s, ${rate} a second, 0 failed`,
  ];
  for (const [end, process] of /** @type {const} */ ([
    ['client', orders],
    ['server', inventory],
  ])) {
    /** @type {Switch[]} */
    const switches = await process.ask('switches');
    const within = switches.filter(({ at }) => at > from && at < from + milliseconds);
    expectThat(within.length >= wantedSwitches, `the ${end} rotates ${wantedSwitches} times, not ${within.length}`);
    const late = lateness(calls, { switches, end });
    expectThat(
      late <= graceMs,
      `no call begun more than ${graceMs} ms after a switch meets the old certificate of the ${end}: ${late} ms`,
    );
    const spanning = calls.filter(({ began, ended }) => within.some(({ at }) => began < at && at < ended));
    const longest = Math.max(
      ...within.flatMap(({ at }) => spanning.filter(({ began }) => began < at).map(({ ended }) => ended - at)),
    );
    const slow = spanning.filter((call) => call.slow).length;
    expectThat(slow >= wantedSwitches, `slow calls are under way at the switches of the ${end}: ${slow}`);
    expectThat(longest <= inFlightMs, `what is under way ends within ${inFlightMs} ms of a switch, not ${longest}`);
    lines.push(
      `${end}: ${within.length} rotations, the old one met by a call begun ${late} ms after one at the latest; ` +
        `${spanning.length} calls under way at one ended well, the last ${longest} ms after it`,
    );
  }
  return { rate, lines };
}

/**
 * How long after a switch a call began that met the certificate from before it, in milliseconds.
 * @param {readonly import('../load.mjs').Call[]} calls
 * @param {{ switches: readonly Switch[], end: 'client' | 'server' }} of
 */
function lateness(calls, { switches, end }) {
  const endOf = new Map(switches.slice(1).map(({ at }, index) => [switches[index]?.shown, at]));
  let late = 0;
  for (const call of calls) {
    const certificate = call[end];
    const isOurs = switches.some(({ shown }) => shown === certificate);
    expectThat(isOurs, `the certificate of the ${end} is one that it had: ${certificate}`);
    const over = endOf.get(certificate);
    if (over !== undefined) late = Math.max(late, call.began - over);
  }
  return late;
}
