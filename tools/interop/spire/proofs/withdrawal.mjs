/**
 * Identities come and go: nobody registered us, then somebody does, then takes it back; and the agent dies and returns.
 */
import { expectThat } from '../../program.mjs';
import { eventually } from '../../daemon.mjs';
import { ids, programOf, startWorkload } from '../workloads.mjs';

/** @param {import('../workloads.mjs').Given} given */
export async function proveRegistration(given) {
  const { spire } = given;
  const late = startWorkload(given, 'late');
  try {
    const reason = await late.ask('ready').then(
      () => 'ready',
      (/** @type {Error} */ error) => error.message,
    );
    for (const word of ['entry', spire.endpoint]) {
      expectThat(reason.includes(word), `who is not registered reads of the ${word}: ${reason}`);
    }
    expectThat((await late.ask('identity')) === undefined, 'who is not registered has no identity');
    const entry = await spire.createEntry({ id: ids.late, program: programOf(given, 'late') });
    const created = performance.now();
    const had = await eventually('a registered workload gets its identity', () => late.ask('identity'), 60_000);
    const came = Math.ceil(performance.now() - created);
    expectThat(String(had.ids) === ids.late, `the registered one is ${ids.late}: ${had.ids}`);
    await late.ask('ready');
    await spire.deleteEntry(entry);
    const deleted = performance.now();
    await eventually('the identity is withdrawn', async () => (await late.ask('identity')) === undefined || undefined);
    const went = Math.ceil(performance.now() - deleted);
    expectThat(went < 15_000, `it was withdrawn and did not just expire: ${went} ms`);
    return [
      `without an entry ready() says so; an identity ${came} ms after the entry is made; withdrawn ${went} ms after it is deleted`,
    ];
  } finally {
    await late.stop();
  }
}

/** @param {import('../workloads.mjs').Given} given */
export async function proveOutage(given) {
  const { spire } = given;
  const inventory = startWorkload(given, 'inventory');
  const orders = startWorkload(given, 'orders');
  try {
    await Promise.all([inventory.ask('ready'), orders.ask('ready')]);
    const { port } = await inventory.ask('serve', { authorize: ids.orders });
    const call = async () => {
      const to = { url: `https://127.0.0.1:${port}`, authorize: ids.inventory };
      return orders.ask('call', to).then(
        ({ status }) => status,
        (/** @type {Error} */ error) => error.message,
      );
    };
    expectThat((await call()) === 200, 'the call goes through before');
    await spire.killAgent();
    const last = await orders.ask('identity');
    let served = 0;
    let gone;
    while (gone === undefined) {
      const before = Date.now();
      const now = await orders.ask('identity');
      if (now === undefined) gone = Date.now();
      else {
        expectThat(now.shown === last.shown, 'without an agent there is no other identity');
        expectThat(before < last.notAfter, 'the last identity is not shown after its end');
        if (Date.now() < last.notAfter - 5000 && (await call()) === 200) served += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expectThat(served > 10, `calls go through without an agent: ${served}`);
    expectThat(gone >= last.notAfter, 'the last identity serves until its end');
    const refused = await call();
    expectThat(refused !== 200, 'after its end no call goes through');
    await spire.startAgent();
    const begin = performance.now();
    await eventually('calls go through again', async () => (await call()) === 200 || undefined, 60_000);
    const back = Math.ceil(performance.now() - begin);
    return [
      `agent killed: the last SVID serves until it ends (${served} calls), then none is shown; ${back} ms after its restart calls go through again`,
    ];
  } finally {
    await Promise.all([inventory.stop(), orders.stop()]);
  }
}
