/** The guarded service of a workload. It answers who called, and which certificates both ends showed on the connection. */
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @param {{ core: typeof import('@countersign/core'), source: import('@countersign/spiffe').X509Source, allowed: string, logger: import('@countersign/core').Logger }} of
 * @returns {Promise<number>} the port on loopback, open for as long as the process lives
 */
export async function serveGuarded({ core, source, allowed, logger }) {
  const auth = core.createServiceAuth({
    service: source.find()?.uris[0] ?? '',
    audience: 'https://inventory.test',
    accept: [core.clientCertificate({ trustBundle: source })],
    audit: core.memorySink(),
    logger,
  });
  const requirement = core.compileRequirement({ caller: allowed }, 'GET /who');
  const tls = core.createTlsOptions({ identity: source, trustBundles: source, clientCertificate: 'required' });
  const server = createServer(tls, (request, response) => {
    const socket = /** @type {import('node:tls').TLSSocket} */ (request.socket);
    void Promise.resolve(auth.check(core.requestFactsOf(request, { route: '/who' }), requirement)).then(
      async (verdict) => {
        if (verdict.outcome === 'denied') {
          core.writeDenial(response, verdict);
          return;
        }
        // `/who?after=8000` answers in eight seconds.
        await sleep(Number(new URL(request.url ?? '', 'https://here').searchParams.get('after')));
        const told = {
          caller: verdict.context.caller?.id,
          client: socket.getPeerX509Certificate()?.fingerprint256,
          server: socket.getX509Certificate()?.fingerprint256,
        };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(told));
      },
    );
  });
  core.guardConnections(auth, server, tls);
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}
