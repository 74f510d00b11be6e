/** nginx with the server block of our page. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.mjs';
import { documented } from './documented.mjs';
import { startProxy } from './running-proxy.mjs';

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {{ readonly port: number }} to
 * @param {string} [verify] value of `ssl_verify_client`, where it is not that of the page
 */
export async function startNginx({ bench, ca, site, hop }, to, verify = 'optional') {
  const { scratch } = bench;
  const port = await freePort();
  const server = documented('nginx', 'nginx', [
    ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
    ['/etc/nginx/site.pem', site.certificate],
    ['/etc/nginx/site.key', site.key],
    ['/etc/nginx/clients-ca.pem', ca],
    ['/etc/nginx/services-ca.pem', ca],
    ['/etc/nginx/ingress.pem', hop.certificate],
    ['/etc/nginx/ingress.key', hop.key],
    ['ssl_verify_client      optional;', `ssl_verify_client ${verify};`],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(scratch, `nginx-${name}`)};`,
  );
  const config = join(scratch, `nginx-${port}.conf`);
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${join(scratch, `nginx-${port}.pid`)}; error_log stderr;
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  upstream inventory { server 127.0.0.1:${to.port}; }
${server}}
`,
  );
  return startProxy('nginx', ['-p', scratch, '-e', 'stderr', '-c', config], port);
}
