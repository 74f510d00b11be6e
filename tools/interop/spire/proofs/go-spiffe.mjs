/** The set-up itself: go-spiffe calls go-spiffe under identities of SPIRE. What fails here is not ours. */
import { expectThat } from '../../program.mjs';
import { ids, startPeer } from '../workloads.mjs';

/** @param {import('../workloads.mjs').Given} given */
export async function proveGoSpiffe(given) {
  const peer = startPeer(given);
  try {
    const { id } = await peer.ask('identity');
    expectThat(id === ids.peer, `the peer is ${ids.peer}, not ${id}`);
    const { port } = await peer.ask('serve', { authorize: ids.peer });
    const url = `https://127.0.0.1:${port}/`;
    const told = await peer.ask('call', { url, authorize: ids.peer });
    expectThat(told.status === 200 && told.server === ids.peer, `go-spiffe serves go-spiffe: ${JSON.stringify(told)}`);
    const { token } = await peer.ask('jwt', { audience: 'here' });
    expectThat((await peer.ask('verifyJwt', { token, audience: 'here' })).id === ids.peer, 'its JWT-SVID is good');
    return [];
  } finally {
    await peer.stop();
  }
}
