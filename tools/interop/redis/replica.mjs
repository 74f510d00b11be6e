/**
 * One replica of a service, in a process of its own: a guarded route that asks the revocation store, and the stores
 * themselves at the end of a message. Started by replicas.mjs.
 */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** @typedef {{ readonly url: string, readonly client: 'redis' | 'redis5', readonly issuer: string, readonly jwks: { readonly keys: readonly object[] } }} ReplicaOptions */

const root = new URL('../../../', import.meta.url);
const load = (/** @type {string} */ name) => import(new URL(`packages/${name}/dist/index.js`, root).href);
/** @type {typeof import('@countersign/core')} */
const core = await load('core');
/** @type {typeof import('@countersign/redis')} */
const redis = await load('redis');

/** @type {ReplicaOptions} */
const options = JSON.parse(process.argv[2] ?? '');
const requireFrom = createRequire(new URL('packages/redis/package.json', root));
/**
 * @typedef {import('../../../packages/redis/src/redis-client.ts').RedisClient} RedisClient
 * @typedef {RedisClient & { on(event: 'error', take: () => void): void, connect(): Promise<unknown>, dbSize(): Promise<number> }} Connectable
 * @type {{ createClient: (options: object) => Connectable }}
 */
const { createClient } = await import(pathToFileURL(requireFrom.resolve(options.client)).href);

const client = createClient({
  url: options.url,
  disableOfflineQueue: true,
  pingInterval: 500,
  socket: { connectTimeout: 1000, socketTimeout: 2000, reconnectStrategy: () => 100 },
});
client.on('error', () => {});
await client.connect();

const replay = redis.createRedisReplayStore({ client });
const revocation = redis.createRedisRevocationStore({ client });
const ledger = redis.createRedisMessageLedger({ client });
const { issuer, jwks } = options;
/** @type {object[]} */
const notices = [];
const note = (/** @type {object} */ fields) => void notices.push(fields);
const auth = core.createServiceAuth({
  service: 'spiffe://prod.test/inventory',
  audience: 'https://inventory.test',
  accept: [core.accessToken({ issuer, jwks, revocation })],
  audit: core.memorySink(),
  logger: { info: note, warn: note, error: note },
});
await auth.ready();
const requirement = core.compileRequirement({ scope: 'inventory:read' }, 'GET /stock');
const server = createServer((request, response) => {
  void Promise.resolve(auth.check(core.requestFactsOf(request, { route: '/stock' }), requirement)).then((verdict) => {
    if (verdict.outcome === 'denied') core.writeDenial(response, verdict);
    else response.end('ok');
  });
});

/** @type {Record<string, (...given: any[]) => Promise<unknown>>} */
const answers = {
  remember: async (key, milliseconds) => replay.remember(key, milliseconds),
  revoke: (order, milliseconds) => revocation.revoke(order, milliseconds),
  begin: async (attempt) => ledger.begin(attempt),
  complete: async (attempt) => ledger.complete(attempt),
  release: async (attempt) => ledger.release(attempt),
  size: () => client.dbSize(),
  notices: async () => notices,
};

const answer = async (/** @type {{ id: number, what: string, given: unknown[] }} */ { id, what, given }) => {
  const begin = performance.now();
  const told = (/** @type {object} */ answer) =>
    process.send?.({ id, milliseconds: performance.now() - begin, ...answer });
  try {
    told({ value: await answers[what]?.(...given) });
  } catch (error) {
    told({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
};
process.on(
  'message',
  (/** @type {{ id: number, what: string, given: unknown[] }} */ question) => void answer(question),
);
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ port });
});
