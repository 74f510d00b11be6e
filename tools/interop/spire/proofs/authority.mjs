/**
 * The CA changes under load, in the steps an operator takes: the next authority is made known beside the old one, signs
 * from then on, everybody gets a certificate of it, and the old one is taken out of the bundle.
 */
import { expectThat } from '../../program.mjs';
import { eventually } from '../../daemon.mjs';
import { trustDomain } from '../spire.mjs';
import { ids, startWorkload } from '../workloads.mjs';

const loadSeconds = 15;

/** @typedef {{ all: string[], issuer: string | undefined }} Authorities */

/** @param {import('../workloads.mjs').Given} given */
export async function proveAuthorityChange(given) {
  const { spire } = given;
  const inventory = startWorkload(given, 'inventory');
  const orders = startWorkload(given, 'orders');
  try {
    await Promise.all([inventory.ask('ready'), orders.ask('ready')]);
    const { port } = await inventory.ask('serve', { authorize: ids.orders });
    /** @param {string} what @param {(of: Authorities) => boolean} holds */
    const everywhere = (what, holds) =>
      eventually(what, async () => {
        const told = await Promise.all([inventory, orders].map((one) => one.ask('authorities', { trustDomain })));
        return told.every(holds) || undefined;
      });
    const [before] = (await orders.ask('authorities', { trustDomain })).all;
    const { active } = await spire.authority('show');

    const to = { url: `https://127.0.0.1:${port}`, authorize: ids.inventory };
    const load = orders.ask('load', { ...to, perSecond: 100, seconds: loadSeconds, slowMs: 3000 });
    // Judged at the end, when it may long have failed.
    load.catch(() => {});
    const begin = performance.now();
    const { prepared_authority: prepared } = await spire.authority('prepare');
    await everywhere('both authorities are known', ({ all }) => all.length === 2);
    await spire.authority('activate', prepared.authority_id);
    await spire.authority('taint', active.authority_id);
    await everywhere(
      'everybody has a certificate of the new one',
      ({ issuer }) => ![before, undefined].includes(issuer),
    );
    await spire.authority('revoke', active.authority_id);
    await everywhere('the old one is known to nobody', ({ all }) => all.length === 1 && all[0] !== before);
    const seconds = Math.ceil((performance.now() - begin) / 1000);
    expectThat((await orders.ask('call', to)).status === 200, 'calls go through under the new one');

    const { calls } = await load;
    const faults = calls.filter((/** @type {import('../load.mjs').Call} */ { fault }) => fault !== undefined);
    expectThat(faults.length === 0, `no call of ${calls.length} fails: ${faults.length}, ${faults[0]?.fault}`);
    expectThat(seconds < loadSeconds, `the change happened under load: it took ${seconds} s`);
    return [
      `the CA of SPIRE changed under load (prepare, activate, taint, revoke) in ${seconds} s: ${calls.length} calls, 0 failed`,
    ];
  } finally {
    await Promise.all([inventory.stop(), orders.stop()]);
  }
}
