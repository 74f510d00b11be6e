/**
 * Caddy with the site of our page. The release of Debian is older than the words `trust_pool` and `tls_trust_pool`, and
 * takes the earlier spellings of the same.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.mjs';
import { serviceHost } from './stage.mjs';
import { documented } from './documented.mjs';
import { startProxy } from './running-proxy.mjs';

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {{ readonly port: number }} to
 * @param {string} version of the Caddy that is there
 */
export async function startCaddy({ bench, ca, site, hop }, to, version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major === 2 && minor < 8;
  const port = await freePort();
  const block = documented('Caddy', 'caddy', [
    ['inventory.example {', `https://localhost:${port} {\n  bind 127.0.0.1`],
    ['tls {', `tls ${site.certificate} ${site.key} {`],
    ...(isOld
      ? /** @type {const} */ ([
          ['tls_trust_pool file', 'tls_trusted_ca_certs'],
          ['trust_pool file', 'trusted_ca_cert_file'],
        ])
      : []),
    ['/etc/caddy/clients-ca.pem', ca],
    ['/etc/caddy/services-ca.pem', ca],
    ['/etc/caddy/ingress.pem', hop.certificate],
    ['/etc/caddy/ingress.key', hop.key],
    [`https://${serviceHost}:8443`, `https://127.0.0.1:${to.port}`],
    // The name is that of the address otherwise.
    ['transport http {', `transport http {\n      tls_server_name ${serviceHost}`],
  ]);
  const config = join(bench.scratch, `Caddyfile-${port}`);
  writeFileSync(
    config,
    `{
  admin off
  auto_https off
  servers {
    protocols h1 h2
  }
}
${block}`,
  );
  // It writes to the home of its user otherwise. `env` becomes Caddy, in the same process.
  const homes = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME'].map((name) => `${name}=${join(bench.scratch, 'caddy')}`);
  return startProxy('env', [...homes, 'caddy', 'run', '--adapter', 'caddyfile', '--config', config], port);
}
