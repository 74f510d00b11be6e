/**
 * One of our workloads, a process of its own: `node workload.mjs unix:///…`. Its identity is what the Workload API gives
 * it, its server and its clients follow that by themselves, and it answers questions, one line of JSON each.
 */
import { X509Certificate } from 'node:crypto';
import { createInterface } from 'node:readline';
import { serveGuarded } from './guarded-server.mjs';
import { underLoad } from './load.mjs';
import { serveTokens } from './token-server.mjs';

const root = new URL('../../../', import.meta.url);
const load = (/** @type {string} */ name) => import(new URL(`packages/${name}/dist/index.js`, root).href);
/** @type {typeof import('@countersign/core')} */
const core = await load('core');
/** @type {typeof import('@countersign/client')} */
const client = await load('client');
/** @type {typeof import('@countersign/spiffe')} */
const spiffe = await load('spiffe');

const [, , endpoint = ''] = process.argv;
/** @type {object[]} */
const notices = [];
const note = (/** @type {object} */ fields, /** @type {string} */ message) => void notices.push({ ...fields, message });
const logger = { info: note, warn: note, error: note };
const source = spiffe.createX509Source({ endpoint, readyTimeoutSeconds: 5, logger });

const jwtSource = spiffe.createJwtSource({ endpoint, readyTimeoutSeconds: 5, logger });

/** Every identity we had, and since when. @type {{ at: number, shown: string | undefined }[]} */
const switches = [];
const shownNow = () => {
  const identity = source.find();
  return identity && new X509Certificate(identity.certificate).fingerprint256;
};
const remember = () => {
  const shown = shownNow();
  if (shown !== switches.at(-1)?.shown) switches.push({ at: Date.now(), shown });
};
source.watch(remember);

/** @type {Map<string, import('@countersign/client').ServiceClient>} */
const clients = new Map();
/** @param {{ url: string, authorize: string }} to */
function clientOf({ url, authorize }) {
  const key = `${url} ${authorize}`;
  const known = clients.get(key);
  if (known !== undefined) return known;
  const tls = client.mtls({ identity: source, server: authorize, trustBundle: source });
  const made = client.createServiceClient({ baseUrl: url, audience: url, tls, timeoutSeconds: 60, logger });
  clients.set(key, made);
  return made;
}

/** @type {Record<string, (given: any) => Promise<unknown>>} */
const answers = {
  ready: async () => {
    const begin = performance.now();
    await source.ready();
    return { milliseconds: performance.now() - begin };
  },
  identity: async () => {
    const identity = source.find();
    return identity && { ids: identity.uris, shown: shownNow(), notAfter: identity.notAfter };
  },
  // SPIRE signs with its authorities themselves: what issued the leaf is one of the bundle.
  authorities: async ({ trustDomain }) => {
    const authorities = source.find(trustDomain)?.authorities ?? [];
    const identity = source.find();
    const leaf = identity && new X509Certificate(identity.certificate);
    const issuer = authorities.find((one) => leaf?.checkIssued(one) && leaf.verify(one.publicKey));
    return { all: authorities.map((one) => one.fingerprint256), issuer: issuer?.fingerprint256 };
  },
  serve: async ({ authorize }) => ({ port: await serveGuarded({ core, source, allowed: authorize, logger }) }),
  call: async (to) => {
    const response = await clientOf(to).fetch('/who');
    return { status: response.status, body: await response.text() };
  },
  jwt: async ({ audience }) => ({ token: (await jwtSource.jwtSvid(audience)).token.expose() }),
  serveTokens: async ({ authorize, ...given }) => ({
    port: await serveTokens(core, { keys: jwtSource, allowed: authorize, ...given }),
  }),
  readBundle: async ({ trustDomain, url, endpointSpiffeId, pem }) => {
    const endpointBundle = core.trustBundle({ trustDomain, pem });
    const profile = /** @type {const} */ ('https_spiffe');
    const options = { trustDomain, url, profile, endpointSpiffeId, endpointBundle, readyTimeoutSeconds: 3, logger };
    const endpointSource = spiffe.bundleEndpoint(options);
    try {
      await endpointSource.ready();
      const authorities = endpointSource.find(trustDomain)?.authorities ?? [];
      return { authorities: authorities.map((one) => one.fingerprint256) };
    } finally {
      await endpointSource.close();
    }
  },
  load: (given) => underLoad(clientOf(given), given),
  switches: async () => switches,
  notices: async () => notices,
};

/** @param {{ id: number, what: string }} question */
async function answer({ id, what, ...given }) {
  try {
    const value = await answers[what]?.(given);
    return { id, value };
  } catch (error) {
    return { id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
createInterface(process.stdin)
  .on('line', (line) => {
    void answer(JSON.parse(line)).then((told) => process.stdout.write(`${JSON.stringify(told)}\n`));
  })
  // Whoever asks is gone.
  .on('close', () => process.exit());
