/** HAProxy in front of a guarded service, configured as our page says: over mutual TLS, and over a Unix socket. */
import { aptInstall } from '../program.mjs';
import { startHaproxy } from '../proxies/haproxy.mjs';
import { proveAll } from '../proxies/prove-all.mjs';
import { ingress, setStage } from '../proxies/stage.mjs';
import { versions } from '../proxies/versions.mjs';
import { withProxy } from '../proxies/with-proxy.mjs';

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'haproxy',
  version: async () => (await versions()).haproxy,
  install: () => aptInstall('haproxy'),
  prove: async (bench) => {
    const stage = await setStage(bench);
    const lines = [];
    for (const [way, from, forwardedBy] of /** @type {const} */ ([
      ['mutual TLS', { caller: ingress }, ingress],
      ['a Unix socket', { unixSocket: true }, 'unix-socket'],
    ])) {
      const scene = /** @type {const} */ ({ stage, format: 'haproxy', forwardedBy, assurance: 'high' });
      const proved = await withProxy(
        stage,
        { format: 'haproxy', from },
        {
          start: (place) => startHaproxy(stage, place),
          prove: (proxy, backend) => proveAll({ ...scene, proxy, backend }),
        },
      );
      lines.push(...proved.map((line) => `${way}: ${line}`));
    }
    return lines;
  },
};
