/** nginx in front of a guarded service, configured as our page says. */
import { aptInstall } from '../program.mjs';
import { startNginx } from '../proxies/nginx.mjs';
import { proveAll } from '../proxies/prove-all.mjs';
import { expectRefused, send } from '../proxies/prove-proxy.mjs';
import { ingress, portOf, setStage } from '../proxies/stage.mjs';
import { versions } from '../proxies/versions.mjs';
import { withProxy } from '../proxies/with-proxy.mjs';

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'nginx',
  version: async () => (await versions()).nginx,
  install: () => aptInstall('nginx'),
  prove: async (bench) => {
    const stage = await setStage(bench);
    const options = /** @type {const} */ ({ format: 'nginx', from: { caller: ingress } });
    const scene = /** @type {const} */ ({ stage, format: 'nginx', forwardedBy: ingress, assurance: 'high' });
    const lines = await withProxy(stage, options, {
      start: (place) => startNginx(stage, portOf(place)),
      prove: (proxy, backend) => proveAll({ ...scene, proxy, backend }),
    });
    const careless = await withProxy(stage, options, {
      start: (place) => startNginx(stage, portOf(place), 'optional_no_ca'),
      prove: async (proxy, backend) => {
        const seen = await send({ ...scene, proxy, backend }, { identity: stage.identities.alien });
        expectRefused(seen, 'CERTIFICATE_UNTRUSTED', 'what nginx did not verify');
        return 'ssl_verify_client optional_no_ca: what nginx passes on unverified is refused';
      },
    });
    return [...lines, careless];
  },
};
