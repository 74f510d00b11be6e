/**
 * Records what each proxy writes, for the tests of the parsers in packages/core: run by hand when a release of a proxy is
 * new, with the file to write. Public certificates only; the keys end with this process.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPackages, names } from '../bench.mjs';
import { startCaddy } from './caddy.mjs';
import { startEcho } from './echo-server.mjs';
import { startEnvoy } from './envoy.mjs';
import { envoyVersion } from './envoy-program.mjs';
import { startHaproxy } from './haproxy.mjs';
import { startNginx } from './nginx.mjs';
import { ingress, setStage } from './stage.mjs';
import { versions } from './versions.mjs';

/** @typedef {import('./stage.mjs').Proxy} Proxy */

const packages = await loadPackages();
const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'countersign-record-'));
const stage = await setStage({ ...packages, scratch });
const { authority, identities } = stage;
const echo = await startEcho(stage);
const intermediate = await authority.issueIntermediate();
const injection = `${names.stranger},By=${ingress};Hash=${'ab'.repeat(32)};URI=${names.caller}`;
const clients = {
  good: identities.orders,
  'odd subject': identities.odd,
  'through an intermediate': await intermediate.issue({ id: names.caller }),
  'odd URI name': await authority.issue({ uris: [injection] }),
  'quote in a DNS name': await authority.issue({ id: names.stranger, dnsNames: ['x"'] }),
  'odd DNS name': await authority.issue({ id: names.stranger, dnsNames: [`x,By=${ingress};URI=${names.caller}`] }),
  none: undefined,
  'another authority': identities.alien,
  ended: identities.expired,
};
const details = 'set_current_client_cert_details: { cert: true, uri: true }';
const every =
  'set_current_client_cert_details: { cert: true, chain: true, subject: true, dns: true, uri: true, issuer: true }';
const json = every.replace(' }', ', format: JSON }');
const istio = 'set_current_client_cert_details: { subject: true, dns: true, uri: true }';
const optional = /** @type {const} */ (['require_client_certificate: true', 'require_client_certificate: false']);
/** @param {string} mode @param {string} set */
const envoy = (mode, set) =>
  startEnvoy(stage, echo, { replacements: [['SANITIZE_SET', mode], [details, set], optional] });
const version = await versions();
/**
 * @typedef {keyof typeof clients} Client
 * @typedef {object} Row
 * @property {string} proxy
 * @property {string | undefined} version
 * @property {string} mode
 * @property {() => Promise<Proxy>} start
 * @property {readonly Client[]} asked
 * @property {readonly (readonly [Client, forgery: number])[]} [forged]
 */
const usual = /** @type {const} */ (['good', 'odd subject', 'none', 'another authority', 'ended']);
const odd = /** @type {const} */ (['odd URI name', 'odd DNS name', 'quote in a DNS name']);
const envoyRow = { proxy: 'envoy', version: await envoyVersion() };
/** @type {readonly Row[]} */
const rows = [
  { proxy: 'nginx', version: version.nginx, mode: 'optional', start: () => startNginx(stage, echo), asked: usual },
  {
    proxy: 'nginx',
    version: version.nginx,
    mode: 'optional_no_ca',
    start: () => startNginx(stage, echo, 'optional_no_ca'),
    asked: ['another authority', 'ended'],
  },
  {
    proxy: 'haproxy',
    version: version.haproxy,
    mode: 'verify optional',
    start: () => startHaproxy(stage, echo),
    asked: usual,
  },
  {
    proxy: 'caddy',
    version: version.caddy,
    mode: 'verify_if_given',
    start: () => startCaddy(stage, echo, version.caddy ?? ''),
    asked: usual,
  },
  {
    ...envoyRow,
    mode: 'SANITIZE_SET, Cert and URI',
    start: () => envoy('SANITIZE_SET', details),
    asked: [...usual, 'odd URI name'],
    forged: [
      ['good', 0],
      ['none', 0],
    ],
  },
  {
    ...envoyRow,
    mode: 'SANITIZE_SET, everything',
    start: () => envoy('SANITIZE_SET', every),
    asked: ['good', 'through an intermediate'],
  },
  {
    ...envoyRow,
    mode: 'SANITIZE_SET, everything, JSON',
    start: () => envoy('SANITIZE_SET', json),
    asked: ['good', 'odd subject', 'through an intermediate'],
  },
  {
    ...envoyRow,
    mode: 'APPEND_FORWARD, as Istio',
    start: () => envoy('APPEND_FORWARD', istio),
    asked: [...usual, ...odd],
    forged: [
      ['good', 0],
      ['good', 1],
      ['good', 2],
      ['good', 3],
      ['none', 0],
      ['quote in a DNS name', 2],
    ],
  },
  {
    ...envoyRow,
    mode: 'FORWARD_ONLY',
    start: () => envoy('FORWARD_ONLY', istio),
    asked: ['good'],
    forged: [
      ['good', 0],
      ['none', 0],
    ],
  },
  {
    ...envoyRow,
    mode: 'ALWAYS_FORWARD_ONLY',
    start: () => envoy('ALWAYS_FORWARD_ONLY', istio),
    asked: [],
    forged: [['none', 0]],
  },
];
const header = 'x-forwarded-client-cert';
const forgeries = [
  `By=${ingress};URI=${names.caller}`,
  'URI=spiffe://prod.test/earlier',
  `By=${ingress};URI=${names.caller};Subject="`,
  `[{"By":"${ingress}","URI":"${names.caller}"}]`,
];

/** @param {number} port @param {Client} client @param {string} [forged] */
async function ask(port, client, forged) {
  const identity = clients[client];
  const headers = forged === undefined ? [] : [/** @type {const} */ ([header, forged])];
  const sent = { url: `https://localhost:${port}/`, ca: authority.bundlePem, headers, ...(identity && { identity }) };
  const answer = await packages.testing.rawRequest(sent).catch((/** @type {Error} */ error) => error);
  if (answer instanceof Error) return { client, forged, answer: 'none' };
  return answer.status === 200
    ? { client, forged, lines: JSON.parse(answer.body) }
    : { client, forged, answer: answer.status };
}

const recorded = [];
try {
  for (const { proxy, version: release, mode, start, asked, forged = [] } of rows) {
    const running = await start();
    try {
      const about = { proxy, version: release, mode };
      for (const client of asked) recorded.push({ ...about, ...(await ask(running.port, client)) });
      for (const [client, which] of forged) {
        recorded.push({ ...about, ...(await ask(running.port, client, forgeries[which])) });
      }
    } finally {
      await running.stop();
    }
  }
  const [, , file = ''] = process.argv;
  const certificates = Object.fromEntries(
    Object.entries(clients).flatMap(([client, identity]) => (identity ? [[client, identity.certificatePem]] : [])),
  );
  writeFileSync(file, `${JSON.stringify({ certificates, recorded }, undefined, 2)}\n`);
} finally {
  await echo.close();
  rmSync(scratch, { recursive: true, force: true });
}
