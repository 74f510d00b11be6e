/** Two Envoys in a row, as in a mesh: a gateway, and behind it the sidecar of the service. */
import { names } from '../bench.mjs';
import { startEnvoy, startSidecar } from './envoy.mjs';
import { forgedXfcc } from './forgeries.mjs';
import { proveAll } from './prove-all.mjs';
import { expectOf, expectRefused, send } from './prove-proxy.mjs';
import { ingress } from './stage.mjs';
import { withProxy } from './with-proxy.mjs';

/** @type {readonly (readonly [string, string])[]} */
const optional = [['require_client_certificate: true', 'require_client_certificate: false']];

/** @param {import('./stage.mjs').Stage} stage */
export async function proveGateway(stage) {
  const { billing, orders } = stage.identities;
  const scene = /** @type {const} */ ({
    stage,
    format: 'xfcc',
    forwardedBy: 'unix-socket',
    assurance: 'high',
    element: 2,
  });
  const options = /** @type {const} */ ({ format: 'xfcc', from: { unixSocket: true }, through: [ingress] });
  return withProxy(stage, options, {
    start: (place) => startSidecar(stage, place),
    prove: async (sidecar, backend) => {
      const gateway = await startEnvoy(stage, { port: sidecar.port }, { replacements: optional });
      try {
        const lines = await proveAll({ ...scene, proxy: gateway, backend });
        const around = { ...scene, proxy: sidecar, backend };
        const values = [forgedXfcc(orders.certificatePem), `By=${ingress};URI=${names.caller}`];
        for (const value of values) {
          const headers = /** @type {const} */ ([['X-Forwarded-Client-Cert', value]]);
          const seen = await send(around, { identity: billing, headers });
          expectRefused(seen, 'CALLER_NOT_ALLOWED', 'around the gateway, with its element');
          expectOf(seen, seen.event['caller.id'] === names.stranger, 'whoever is not the gateway is who they are');
          expectOf(seen, seen.event['tls.forwarded_element'] === 1, 'and is not looked behind');
        }
        const forged = 'around the gateway with a forged element of it: known as who they are';
        return [...lines, forged].map((line) => `gateway and sidecar: ${line}`);
      } finally {
        await gateway.stop();
      }
    },
  });
}
