/** The service behind the proxy. It lets `names.caller` in, tells who that is, and remembers what its handler could see. */
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { names } from '../bench.mjs';

/**
 * @typedef {import('@countersign/core').AuditEvent} AuditEvent
 * @typedef {object} Backend
 * @property {import('./stage.mjs').Place} place
 * @property {readonly AuditEvent[]} events
 * @property {() => readonly string[]} seen names of all headers that handlers saw, lower case
 * @property {() => Promise<void>} close
 */

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('@countersign/core').ForwardedCertificateOptions} options
 * @returns {Promise<Backend>} behind a Unix socket when that is what proves the proxy, otherwise over mutual TLS
 */
export async function startBackend({ bench, authority, minter, identities }, options) {
  const { core, scratch } = bench;
  const audit = core.memorySink();
  const certificate = core.clientCertificate({
    trustBundle: authority.bundle,
    forwarded: core.forwardedCertificate(options),
  });
  const { issuer, audience, jwks } = minter;
  const auth = core.createServiceAuth({
    service: names.service,
    audience,
    accept: [certificate, core.accessToken({ issuer, jwks })],
    aliases: { [names.caller]: [`oauth:${issuer}#orders`] },
    audit,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const requirement = core.compileRequirement({ caller: names.caller }, 'GET /who');
  /** @type {Set<string>} */
  const seen = new Set();
  const answer = (
    /** @type {import('node:http').IncomingMessage} */ request,
    /** @type {import('node:http').ServerResponse} */ response,
  ) => {
    const checked = auth.check(core.requestFactsOf(request, { route: '/who' }), requirement);
    void Promise.resolve(checked).then((verdict) => {
      if (verdict.outcome === 'denied') {
        core.writeDenial(response, verdict);
        return;
      }
      const raw = request.rawHeaders.filter((_one, at) => at % 2 === 0);
      for (const name of [...raw, ...Object.keys(request.headers)]) seen.add(name.toLowerCase());
      response.end(verdict.context.caller?.id);
    });
  };
  const isLocal = 'unixSocket' in options.from;
  const tls = core.createTlsOptions({
    key: new core.Secret(identities.service.keyPem),
    certificate: identities.service.certificatePem,
    trustBundles: [authority.bundle],
    clientCertificate: 'permissive',
  });
  const server = isLocal ? createPlainServer(answer) : createServer(tls, answer);
  core.hideForwardedHeaders(auth, server);
  const folder = join(scratch, `run-${Math.random().toString(36).slice(2)}`);
  // Who may enter the folder is the proxy.
  mkdirSync(folder, { mode: 0o700 });
  const where = isLocal ? { path: join(folder, 'inventory.sock') } : { port: 0, host: '127.0.0.1' };
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(where, resolve)));
  const address = /** @type {import('node:net').AddressInfo | string} */ (server.address());
  return {
    place: typeof address === 'string' ? { socketPath: address } : { port: address.port },
    events: audit.events,
    seen: () => [...seen],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await auth.close();
    },
  };
}
