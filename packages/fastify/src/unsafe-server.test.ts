import { createServer } from 'node:http';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { call, serve, world } from './fastify.test-kit.ts';
import { ConfigurationError, serviceAuth } from './index.ts';

const readers = { scope: 'inventory:read' } as const;

// The key and certificate are looked at by the first handshake, and there is none.
const tls = { requestCert: true, rejectUnauthorized: false, ca: [''] } as const;

async function faultsOf(app: { ready(): PromiseLike<unknown> }): Promise<readonly string[]> {
  const error = await Promise.resolve(app.ready()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return [];
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`);
}

async function walled(options: object) {
  const app = fastify(options);
  await app.register(serviceAuth, { auth: world().auth });
  app.get('/stock/:sku', { config: { allow: readers } }, async () => 'data');
  return app;
}

test.each([
  [
    'a parser that lets smuggled requests in',
    { http: { insecureHTTPParser: true } },
    ['CONFIG_UNSAFE insecureHTTPParser'],
  ],
  ['permissive TLS with session tickets', { https: tls }, ['CONFIG_UNSAFE rejectUnauthorized']],
  ['the same over HTTP/2', { http2: true, https: tls }, ['CONFIG_UNSAFE rejectUnauthorized']],
  ['TLS 1.1', { https: { minVersion: 'TLSv1.1' } }, ['CONFIG_UNSAFE minVersion']],
  [
    'a server of its own that is unsafe',
    { serverFactory: (handler: () => void) => createServer({ insecureHTTPParser: true }, handler) },
    ['CONFIG_UNSAFE insecureHTTPParser'],
  ],
])('an application does not boot on %s', async (_title, options, expected) => {
  expect(await faultsOf(await walled(options))).toEqual(expected);
});

test('an application boots on a safe server, and serves', async () => {
  const app = await walled({});
  expect(await faultsOf(app)).toEqual([]);
  expect((await call(await serve(app), '/stock/42', { as: 'orders' })).status).toBe(200);
});

test('the faults of the routes and of the server come in one error', async () => {
  const app = await walled({ http: { insecureHTTPParser: true } });
  app.get('/forgotten', async () => 'data');
  expect(await faultsOf(app)).toEqual(['CONFIG_ROUTE_UNDECLARED GET /forgotten', 'CONFIG_UNSAFE insecureHTTPParser']);
});
