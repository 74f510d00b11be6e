/** Who plays in the proofs of proxies: a service, the proxy, a good caller, an attacker with a good certificate, and wrong ones. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { names, writePair } from '../bench.mjs';

/**
 * @typedef {import('@countersign/testing').PemIdentity} PemIdentity
 * @typedef {import('../bench.mjs').Files} Files
 *
 * @typedef {object} Stage
 * @property {import('../bench.mjs').Bench} bench
 * @property {import('@countersign/testing').TestAuthority} authority
 * @property {import('@countersign/testing').TokenMinter} minter
 * @property {Readonly<Record<'orders' | 'odd' | 'billing' | 'alien' | 'expired' | 'service' | 'ingress', PemIdentity>>} identities
 * @property {string} ca file with the root certificate
 * @property {Files} site what the proxy shows to its clients; its URI name is the id of the proxy
 * @property {Files} sidecar the same for a proxy that has the identity of the service
 * @property {Files} hop what the proxy shows to the service
 *
 * @typedef {{ readonly port: number, readonly socketPath?: undefined } | { readonly port?: undefined, readonly socketPath: string }} Place
 * @typedef {import('../daemon.mjs').Daemon & { readonly port: number }} Proxy
 */

/** The proxy. */
export const ingress = 'spiffe://prod.test/ingress';
/** The name that proxies expect in the certificate of the service. */
export const serviceHost = 'inventory.internal';
/** A common name. Whoever splits it at commas, semicolons or quotes finds the ids of others in it. */
const oddText = `J\u00fcrgen "q"\\, x;URI=${names.stranger},By=${names.service};URI=${names.stranger}`;
const oddName = oddText.replaceAll(/["\\,;=]/g, String.raw`\$&`);

/**
 * @param {import('../bench.mjs').Bench} bench
 * @returns {Promise<Stage>}
 */
export async function setStage(bench) {
  const { testing, scratch } = bench;
  const authority = await testing.createTestAuthority({ trustDomain: names.trustDomain });
  const foreign = await testing.createTestAuthority({ trustDomain: names.trustDomain });
  const ca = join(scratch, 'ca.pem');
  writeFileSync(ca, authority.bundlePem);
  const dnsNames = ['localhost', serviceHost];
  const service = await authority.issue({ id: names.service, dnsNames });
  const proxy = await authority.issue({ id: ingress });
  return {
    bench,
    authority,
    ca,
    minter: await testing.createTokenMinter({ issuer: 'https://issuer.test', audience: 'https://inventory.test' }),
    identities: {
      orders: await authority.issue({ id: names.caller, dnsNames: ['orders.test', 'orders.example'] }),
      odd: await authority.issue({ id: names.caller, commonName: oddName }),
      billing: await authority.issue({ id: names.stranger }),
      alien: await foreign.issue({ id: names.caller }),
      expired: await authority.issue({ id: names.caller, startsInSeconds: -7200, lifetimeSeconds: -3600 }),
      service,
      ingress: proxy,
    },
    site: writePair(scratch, 'site', await authority.issue({ id: ingress, dnsNames: ['localhost'] })),
    sidecar: writePair(scratch, 'sidecar', service),
    hop: writePair(scratch, 'ingress', proxy),
  };
}

/**
 * The port of a service that has one.
 * @param {Place} place
 */
export function portOf({ port }) {
  if (port === undefined) throw new Error('the service has no port');
  return { port };
}
