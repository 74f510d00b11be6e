/** Envoy with the fragments of our page, in every mode of `X-Forwarded-Client-Cert`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.mjs';
import { documented } from './documented.mjs';
import { envoyProgram } from './envoy-program.mjs';
import { startProxy } from './running-proxy.mjs';

const tls = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3';
const http = 'type.googleapis.com/envoy.extensions';

/** @param {string} text @param {number} by */
const indent = (text, by) => text.trim().replaceAll(/^/gm, ' '.repeat(by));

/** @param {import('../bench.mjs').Files} files */
const pair = ({ certificate, key }) =>
  `tls_certificates: [{ certificate_chain: { filename: ${certificate} }, private_key: { filename: ${key} } }]`;

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./stage.mjs').Place} to
 * @param {{ readonly shows?: import('../bench.mjs').Files, readonly replacements?: readonly (readonly [string, string])[] }} [changes]
 *   `shows`: the certificate for clients; `replacements` in the fragments
 */
export async function startEnvoy({ bench, ca, site, hop }, to, { shows = site, replacements = [] } = {}) {
  const port = await freePort();
  const fragments = documented('Envoy', 'yaml', [
    ['/etc/envoy/clients-ca.pem', ca],
    ['common_tls_context:\n', `common_tls_context:\n      ${pair(shows)}\n`],
    ...replacements,
  ]);
  const [manager = '', chain = ''] = fragments.split("# in the listener's filter chain\n");
  const address =
    to.socketPath !== undefined
      ? `pipe: { path: ${to.socketPath} }`
      : `socket_address: { address: 127.0.0.1, port_value: ${to.port} }`;
  const upstream = `transport_socket:
  name: envoy.transport_sockets.tls
  typed_config:
    '@type': ${tls}.UpstreamTlsContext
    common_tls_context:
      ${pair(hop)}
      validation_context:
        trusted_ca: { filename: ${ca} }
        match_typed_subject_alt_names: [{ san_type: URI, matcher: { exact: spiffe://prod.test/inventory } }]`;
  const config = join(bench.scratch, `envoy-${port}.yaml`);
  writeFileSync(
    config,
    `static_resources:
  listeners:
    - address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                '@type': ${http}.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: proxy
                route_config:
                  virtual_hosts: [{ name: all, domains: ['*'], routes: [{ match: { prefix: / }, route: { cluster: inventory } }] }]
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: { '@type': ${http}.filters.http.router.v3.Router }
${indent(manager, 16)}
${indent(chain, 10)}
  clusters:
    - name: inventory
      type: STATIC
      load_assignment: { cluster_name: inventory, endpoints: [{ lb_endpoints: [{ endpoint: { address: { ${address} } } }] }] }
${to.socketPath !== undefined ? '' : indent(upstream, 6)}
`,
  );
  const args = ['--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'];
  return startProxy(envoyProgram, ['-c', config, ...args], port);
}

/** What the sidecar of Istio has in place of what our page says for a gateway. @type {readonly (readonly [string, string])[]} */
const asIstio = [
  ['SANITIZE_SET', 'APPEND_FORWARD'],
  ['{ cert: true, uri: true }', '{ subject: true, dns: true, uri: true }'],
  ['require_client_certificate: true', 'require_client_certificate: false'],
];

/**
 * A sidecar, with the identity of the service.
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./stage.mjs').Place} to
 */
export const startSidecar = (stage, to) => startEnvoy(stage, to, { shows: stage.sidecar, replacements: asIstio });
