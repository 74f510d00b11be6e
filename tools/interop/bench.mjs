/** What every proof stands on: our built packages, a folder for its files, and a service that is guarded by them. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

/**
 * @typedef {typeof import('@countersign/core')} Core
 * @typedef {typeof import('@countersign/testing')} Testing
 * @typedef {typeof import('@countersign/client')} Client
 * @typedef {{ readonly core: Core, readonly testing: Testing, readonly client: Client, readonly scratch: string }} Bench
 * @typedef {{ readonly certificatePem: string, readonly keyPem: string }} Pair
 * @typedef {{ readonly certificate: string, readonly key: string }} Files
 */

/** The ids and names that all proofs use. */
export const names = {
  trustDomain: 'prod.test',
  service: 'spiffe://prod.test/inventory',
  caller: 'spiffe://prod.test/orders',
  stranger: 'spiffe://prod.test/billing',
};

/** @returns {Promise<Omit<Bench, 'scratch'>>} */
export async function loadPackages() {
  const load = (/** @type {string} */ name) =>
    import(new URL(`../../packages/${name}/dist/index.js`, import.meta.url).href);
  return { core: await load('core'), testing: await load('testing'), client: await load('client') };
}

/**
 * Writes a certificate and its key to files, since programs take files.
 * @param {string} scratch
 * @param {string} label
 * @param {Pair} pair
 * @returns {Files}
 */
export function writePair(scratch, label, { certificatePem, keyPem }) {
  const files = { certificate: join(scratch, `${label}.pem`), key: join(scratch, `${label}-key.pem`) };
  writeFileSync(files.certificate, certificatePem);
  writeFileSync(files.key, keyPem, { mode: 0o600 });
  return files;
}

/**
 * An HTTPS service on loopback whose one route lets `names.caller` in and answers who called.
 * @param {Bench} bench
 * @param {{ authority: import('@countersign/testing').TestAuthority, clientCertificate: 'required' | 'permissive' }} of
 */
export async function guardedService({ core }, { authority, clientCertificate }) {
  const audit = core.memorySink();
  const auth = core.createServiceAuth({
    service: names.service,
    audience: 'https://inventory.test',
    accept: [core.clientCertificate({ trustBundle: authority.bundle })],
    audit,
  });
  const requirement = core.compileRequirement({ caller: names.caller }, 'GET /who');
  const own = await authority.issue({ id: names.service, dnsNames: ['localhost'] });
  const tls = core.createTlsOptions({
    key: new core.Secret(own.keyPem),
    certificate: own.certificatePem,
    trustBundles: [authority.bundle],
    clientCertificate,
  });
  const server = createServer(tls, (request, response) => {
    void Promise.resolve(auth.check(core.requestFactsOf(request, { route: '/who' }), requirement)).then((verdict) => {
      if (verdict.outcome === 'denied') core.writeDenial(response, verdict);
      else response.end(`caller=${verdict.context.caller?.id}\n`);
    });
  });
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    port,
    /** The reason of the latest refusal. */
    reason: () => audit.events.at(-1)?.['event.reason'],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await auth.close();
    },
  };
}
