/**
 * A service that takes the tokens of Keycloak, on loopback. Whoever gets in is answered who they are and whom they act
 * for; the reason of a refusal is read from the audit.
 */
import { createServer } from 'node:https';

/**
 * @typedef {object} Guarded
 * @property {string} url
 * @property {() => string | undefined} reason of the latest refusal
 * @property {() => import('@countersign/core').Caller} caller the latest that got in
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Guarding
 * @property {string} audience
 * @property {string} id SPIFFE ID of the service
 * @property {import('@countersign/core').Requirement} requirement
 * @property {Partial<import('@countersign/core').OauthIssuerOptions>} [issuer] changes to how Keycloak is trusted
 */

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {Guarding} guarding
 * @returns {Promise<Guarded>}
 */
export async function guardedService(
  { bench, keycloak, authority, fetch },
  { audience, id, requirement, issuer = {} },
) {
  const { core } = bench;
  const own = await authority.issue({ id, dnsNames: ['localhost'] });
  const tls = core.createTlsOptions({
    key: new core.Secret(own.keyPem),
    certificate: own.certificatePem,
    trustBundles: [authority.bundle],
    clientCertificate: 'permissive',
  });
  const server = createServer(tls);
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `https://localhost:${port}`;
  const audit = core.memorySink();
  const auth = core.createServiceAuth({
    service: id,
    audience,
    accept: [
      core.accessToken({
        profile: 'keycloak',
        issuer: keycloak.issuer,
        dpop: { origin: url, replayStore: core.createMemoryReplayStore() },
        ...issuer,
      }),
    ],
    audit,
    fetch,
  });
  await auth.ready();
  const compiled = core.compileRequirement(requirement, 'GET /stock');
  /** @type {import('@countersign/core').Caller[]} */
  const callers = [];
  server.on('request', (request, response) => {
    const facts = core.requestFactsOf(request, { route: '/stock' });
    void Promise.resolve(auth.check(facts, compiled)).then((verdict) => {
      if (verdict.outcome === 'denied') core.writeDenial(response, verdict);
      else {
        if (verdict.context.caller !== undefined) callers.push(verdict.context.caller);
        response.end('in');
      }
    });
  });
  return {
    url,
    reason: () => audit.events.at(-1)?.['event.reason'],
    caller: () => {
      const latest = callers.at(-1);
      if (latest === undefined) throw new Error('nobody got in');
      return latest;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await auth.close();
    },
  };
}
