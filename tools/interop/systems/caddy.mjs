/** Caddy in front of a guarded service, configured as our page says. */
import { aptInstall } from '../program.mjs';
import { startCaddy } from '../proxies/caddy.mjs';
import { proveAll } from '../proxies/prove-all.mjs';
import { ingress, portOf, setStage } from '../proxies/stage.mjs';
import { versions } from '../proxies/versions.mjs';
import { withProxy } from '../proxies/with-proxy.mjs';

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'caddy',
  version: async () => (await versions()).caddy,
  install: () => aptInstall('caddy'),
  prove: async (bench) => {
    const stage = await setStage(bench);
    const version = (await versions()).caddy ?? '';
    const scene = /** @type {const} */ ({ stage, format: 'caddy', forwardedBy: ingress, assurance: 'high' });
    return withProxy(
      stage,
      { format: 'caddy', from: { caller: ingress } },
      {
        start: (place) => startCaddy(stage, portOf(place), version),
        prove: (proxy, backend) => proveAll({ ...scene, proxy, backend }),
      },
    );
  },
};
