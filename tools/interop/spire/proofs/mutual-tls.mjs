/** Mutual TLS between ours and go-spiffe, in both directions, with the right and with a wrong expectation at either end. */
import { expectThat } from '../../program.mjs';
import { ids, startPeer, startWorkload } from '../workloads.mjs';

/** @param {import('../workloads.mjs').Given} given */
export async function proveMutualTls(given) {
  const begin = performance.now();
  const orders = startWorkload(given, 'orders');
  const peer = startPeer(given);
  try {
    const { milliseconds } = await orders.ask('ready');
    const started = Math.ceil(performance.now() - begin);
    const identity = await orders.ask('identity');
    expectThat(String(identity.ids) === ids.orders, `we are ${ids.orders}: ${identity.ids}`);

    const ours = await orders.ask('serve', { authorize: ids.peer });
    const toUs = { url: `https://127.0.0.1:${ours.port}/who`, authorize: ids.orders };
    const told = await peer.ask('call', toUs);
    expectThat(told.status === 200 && told.server === ids.orders, `go-spiffe calls us: ${JSON.stringify(told)}`);
    expectThat(JSON.parse(told.body).caller === ids.peer, `we know go-spiffe: ${told.body}`);
    await refused('go-spiffe expects another than us', peer.ask('call', { ...toUs, authorize: ids.inventory }));
    const forbidding = await orders.ask('serve', { authorize: ids.inventory });
    const forbidden = await peer.ask('call', { ...toUs, url: `https://127.0.0.1:${forbidding.port}/who` });
    expectThat(forbidden.status === 403, `we expect another than go-spiffe: ${forbidden.status}`);

    const theirs = await peer.ask('serve', { authorize: ids.orders });
    const toThem = { url: `https://127.0.0.1:${theirs.port}`, authorize: ids.peer };
    const answered = await orders.ask('call', toThem);
    expectThat(answered.status === 200, `we call go-spiffe: ${JSON.stringify(answered)}`);
    expectThat(JSON.parse(answered.body).caller === ids.orders, `go-spiffe knows us: ${answered.body}`);
    const mistaken = await refused('we expect another', orders.ask('call', { ...toThem, authorize: ids.inventory }));
    expectThat(mistaken.includes('SERVER_UNTRUSTED'), `we refuse another server by its id: ${mistaken}`);
    const choosy = await peer.ask('serve', { authorize: ids.inventory });
    await refused(
      'go-spiffe expects another',
      orders.ask('call', { ...toThem, url: `https://127.0.0.1:${choosy.port}` }),
    );
    return [
      `the first SVID ${Math.ceil(milliseconds)} ms after it was asked for (${started} ms after the start of the process)`,
      'mutual TLS with go-spiffe both ways, each end knows the id of the other; a wrong expectation at either end is refused',
    ];
  } finally {
    await Promise.all([orders.stop(), peer.stop()]);
  }
}

/**
 * @param {string} what
 * @param {Promise<unknown>} asked
 * @returns {Promise<string>} the reason
 */
async function refused(what, asked) {
  const reason = await asked.then(
    () => undefined,
    (/** @type {Error} */ error) => error.message,
  );
  expectThat(reason !== undefined && !reason.includes('has ended'), `refused: ${what}: ${reason}`);
  return String(reason);
}
