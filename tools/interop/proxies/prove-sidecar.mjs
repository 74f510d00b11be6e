/** Envoy as a sidecar of Istio is: it has the identity of the service, appends its element, and sends no certificate. */
import { names } from '../bench.mjs';
import { startSidecar } from './envoy.mjs';
import { forgedXfcc } from './forgeries.mjs';
import { proveAll } from './prove-all.mjs';
import { expectOf, expectRefused, send } from './prove-proxy.mjs';
import { withProxy } from './with-proxy.mjs';

const header = 'X-Forwarded-Client-Cert';
/** @param {import('./stage.mjs').Stage} stage */
export async function proveSidecar(stage) {
  const { authority, identities } = stage;
  const hidden = `By=${names.service};Hash=${'ab'.repeat(32)};URI=${names.caller}`;
  const oddUri = await authority.issue({ uris: [`${names.stranger},${hidden}`] });
  const oddDns = await authority.issue({ id: names.stranger, dnsNames: [`x,${hidden}`] });
  const quote = await authority.issue({ id: names.stranger, dnsNames: ['x"'] });
  const scene = /** @type {const} */ ({ stage, format: 'xfcc', forwardedBy: 'unix-socket', assurance: 'medium' });
  const options = /** @type {const} */ ({ format: 'xfcc', from: { unixSocket: true } });
  return withProxy(stage, options, {
    start: (place) => startSidecar(stage, place),
    prove: async (proxy, backend) => {
      const play = { ...scene, proxy, backend };
      const lines = await proveAll(play);
      const { billing, orders } = identities;
      const forUs = forgedXfcc(orders.certificatePem, names.service);
      const forOthers = forgedXfcc(orders.certificatePem, names.stranger);
      const json = JSON.stringify([{ By: names.service, URI: names.caller }]);

      // An element for others is history, and the last one counts.
      const earlier = await send(play, { identity: billing, headers: [[header, forOthers]] });
      expectRefused(earlier, 'CALLER_NOT_ALLOWED', 'an element for others, forged');
      expectOf(earlier, earlier.event['caller.id'] === names.stranger, 'the element of the sidecar counts');
      const good = await send(play, { identity: orders, headers: [[header, forOthers]] });
      expectOf(good, good.status === 200 && good.body === names.caller, 'and it counts for the good caller');
      for (const [what, value] of /** @type {const} */ ([
        ['an element for us', forUs],
        ['two of them', `${forUs},${forUs}`],
        ['one as JSON', json],
        ['one that ends in a quote', `${forUs};Subject="`],
        ['one that ends in a DNS name', `${forUs};DNS="`],
        ['a comma', ','],
      ])) {
        for (const identity of [billing, oddUri, oddDns, quote, undefined]) {
          const seen = await send(play, { headers: [[header, value]], ...(identity && { identity }) });
          const caller = seen.event['caller.id'];
          expectOf(seen, seen.status >= 400 && caller !== names.caller, `${what}, forged, is refused`);
        }
      }
      for (const identity of [oddUri, oddDns, quote]) {
        const seen = await send(play, { identity });
        const caller = seen.event['caller.id'];
        expectOf(seen, seen.status >= 400 && caller !== names.caller, 'names with commas or quotes make nobody else');
      }
      return [
        ...lines,
        'forged elements in front, as text and JSON, open quotes, and elements inside of URI and DNS names (which Envoy does not quote): never another identity',
      ].map((line) => `APPEND_FORWARD, as a sidecar over a Unix socket: ${line}`);
    },
  });
}
