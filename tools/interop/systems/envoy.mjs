/** Envoy in front of a guarded service, configured as our page says; as a careless one; and as the sidecar of a mesh. */
import { envoyVersion, installEnvoy } from '../proxies/envoy-program.mjs';
import { proveGateway } from '../proxies/prove-gateway.mjs';
import { proveSidecar } from '../proxies/prove-sidecar.mjs';
import { startEnvoy } from '../proxies/envoy.mjs';
import { proveAll } from '../proxies/prove-all.mjs';
import { expectOf, expectRefused, send } from '../proxies/prove-proxy.mjs';
import { ingress, setStage } from '../proxies/stage.mjs';
import { withProxy } from '../proxies/with-proxy.mjs';

/** @typedef {readonly (readonly [string, string])[]} Replacements */

const optional = /** @type {const} */ (['require_client_certificate: true', 'require_client_certificate: false']);
/** @type {readonly (readonly [way: string, replacements: Replacements, demands: boolean])[]} */
const ways = [
  ['SANITIZE_SET', [], true],
  ['SANITIZE_SET, optional, JSON', [optional, ['uri: true }', 'uri: true, format: JSON }']], false],
];

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'envoy',
  version: envoyVersion,
  install: installEnvoy,
  prove: async (bench) => {
    const stage = await setStage(bench);
    const options = /** @type {const} */ ({
      format: 'xfcc',
      from: { caller: ingress },
      by: [ingress],
      replaces: true,
    });
    const scene = /** @type {const} */ ({ stage, format: 'xfcc', forwardedBy: ingress, assurance: 'high' });
    const lines = [];
    for (const [way, replacements, demands] of ways) {
      const proved = await withProxy(stage, options, {
        start: (place) => startEnvoy(stage, place, { replacements }),
        prove: (proxy, backend) => proveAll({ ...scene, proxy, backend, ...(demands && { demands }) }),
      });
      lines.push(...proved.map((line) => `${way}: ${line}`));
    }
    /** @type {readonly [string, string]} */
    const unverified = ['validation_context: {', 'validation_context: { trust_chain_verification: ACCEPT_UNTRUSTED,'];
    const careless = await withProxy(stage, options, {
      start: (place) => startEnvoy(stage, place, { replacements: [unverified] }),
      prove: async (proxy, backend) => {
        const { alien, expired } = stage.identities;
        for (const identity of [alien, expired]) {
          const seen = await send({ ...scene, proxy, backend }, { identity });
          expectOf(seen, seen.event['caller.id'] === undefined, 'nobody is known');
          expectRefused(
            seen,
            identity === alien ? 'CERTIFICATE_UNTRUSTED' : 'CERTIFICATE_EXPIRED',
            'what Envoy let pass',
          );
        }
        return 'ACCEPT_UNTRUSTED: what Envoy passes on unverified (another CA, ended) is refused';
      },
    });
    return [...lines, careless, ...(await proveSidecar(stage)), ...(await proveGateway(stage))];
  },
};
