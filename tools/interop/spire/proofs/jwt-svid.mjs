/** JWT-SVIDs across implementations: go-spiffe judges ours, we judge those of go-spiffe. */
import { expectThat } from '../../program.mjs';
import { trustDomain } from '../spire.mjs';
import { ids, startPeer, startWorkload } from '../workloads.mjs';

const audience = ids.inventory;

/** @param {import('../workloads.mjs').Given} given */
export async function proveJwtSvids(given) {
  const orders = startWorkload(given, 'orders');
  const peer = startPeer(given);
  try {
    await orders.ask('ready');
    const ours = await orders.ask('jwt', { audience });
    expectThat(
      (await peer.ask('verifyJwt', { token: ours.token, audience })).id === ids.orders,
      'go-spiffe takes ours',
    );
    const theirs = await peer.ask('jwt', { audience });
    const { port } = await orders.ask('serveTokens', { trustDomain, audience, authorize: ids.peer });
    const show = async (/** @type {string} */ token) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${token}` } });
      return `${response.status} ${await response.text()}`;
    };
    const taken = await show(theirs.token);
    expectThat(taken === `200 ${ids.peer}`, `we take those of go-spiffe: ${taken}`);
    const ofOther = await show(ours.token);
    expectThat(ofOther.startsWith('403 '), `another workload gets 403: ${ofOther}`);

    const elsewhere = `spiffe://${trustDomain}/billing`;
    for (const [label, token, asked] of [
      ['for another audience', (await orders.ask('jwt', { audience: elsewhere })).token, audience],
      ['that was changed', changed(ours.token), audience],
    ]) {
      const told = await peer.ask('verifyJwt', { token, audience: asked }).catch(() => 'refused');
      expectThat(told === 'refused', `go-spiffe refuses ours ${label}`);
    }
    for (const [label, token] of [
      ['for another audience', (await peer.ask('jwt', { audience: elsewhere })).token],
      ['that was changed', changed(theirs.token)],
    ]) {
      const told = await show(token);
      expectThat(told.startsWith('401 '), `we refuse one of go-spiffe ${label}: ${told}`);
    }
    return ['JWT-SVIDs: go-spiffe takes ours, we take its; another audience and a changed one are refused by both'];
  } finally {
    await Promise.all([orders.stop(), peer.stop()]);
  }
}

/**
 * The same token with one character of its signature changed, not the last one, whose low bits mean nothing.
 * @param {string} token
 */
function changed(token) {
  const at = token.lastIndexOf('.') + 5;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
