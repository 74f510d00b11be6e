/** HAProxy with the frontend and the backend of our page: over mutual TLS, or over a Unix socket. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.mjs';
import { documented } from './documented.mjs';
import { startProxy } from './running-proxy.mjs';

/** HAProxy takes a certificate and its key in one file. @param {import('../bench.mjs').Files} files */
function joined({ certificate, key }) {
  const both = `${certificate}.both`;
  writeFileSync(both, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 });
  return both;
}

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./stage.mjs').Place} to
 */
export async function startHaproxy({ bench, ca, site, hop }, to) {
  const port = await freePort();
  let rules = documented('HAProxy', 'haproxy', [
    ['bind :443', `bind 127.0.0.1:${port}`],
    ['/etc/haproxy/site.pem', joined(site)],
    ['/etc/haproxy/clients-ca.pem', ca],
    ['/etc/haproxy/services-ca.pem', ca],
    ['/etc/haproxy/ingress.pem', joined(hop)],
  ]);
  rules =
    to.socketPath !== undefined
      ? rules.replace(/server one .*/, `server one unix@${to.socketPath}`)
      : rules.replace('server one inventory.internal:8443', `server one 127.0.0.1:${to.port}`);
  const config = join(bench.scratch, `haproxy-${port}.cfg`);
  const defaults = 'defaults\n  mode http\n  timeout connect 5s\n  timeout client 20s\n  timeout server 20s\n';
  writeFileSync(config, `global\n  log stderr format raw local0 warning\n${defaults}\n${rules}`);
  return startProxy('haproxy', ['-db', '-f', config], port);
}
