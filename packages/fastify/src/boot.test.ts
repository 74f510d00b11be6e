import cors from '@fastify/cors';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { namedTokens, world } from './fastify.test-kit.ts';
import { ConfigurationError, describeRoutes, serviceAuth, type ConfigurationFault } from './index.ts';

const readers = { scope: 'inventory:read' } as const;

async function faultsOf(boot: PromiseLike<unknown>): Promise<readonly ConfigurationFault[]> {
  const error = await Promise.resolve(boot).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).faults;
}

async function walled(options: { corsPreflight?: boolean } = {}) {
  const app = fastify();
  await app.register(serviceAuth, { auth: world().auth, ...options });
  return app;
}

describe('an application does not boot', () => {
  test('with undeclared routes, and names them all by method and path', async () => {
    const app = await walled();
    app.get('/declared', { config: { allow: readers } }, async () => 'ok');
    app.get('/stock/:sku', async () => 'data');
    app.post('/stock', { config: {} }, async () => 'data');
    await app.register(
      async (child) => void child.route({ method: ['PUT', 'PATCH'], url: '/x', handler: async () => '' }),
      {
        prefix: '/v1',
      },
    );
    const faults = await faultsOf(app.ready());
    expect(faults.map(({ code, option }) => [code, option])).toEqual([
      ['CONFIG_ROUTE_UNDECLARED', 'GET /stock/:sku'],
      ['CONFIG_ROUTE_UNDECLARED', 'POST /stock'],
      ['CONFIG_ROUTE_UNDECLARED', 'PUT,PATCH /v1/x'],
    ]);
    for (const { fix } of faults) expect(fix).toContain('config: { allow:');
  });

  test.each([
    ['both allow and public', { allow: readers, public: 'why' }, 'CONFIG_CONFLICT', 'GET /x'],
    ['public without a reason', { public: ' ' }, 'CONFIG_INVALID', 'GET /x'],
    ['public that is not a text', { public: true as never }, 'CONFIG_INVALID', 'GET /x'],
    ['an empty requirement', { allow: {} as never }, 'CONFIG_MISSING', 'GET /x requirement'],
    ['a misspelt requirement', { allow: { scpoe: 'a', ...readers } as never }, 'CONFIG_UNKNOWN_OPTION', 'GET /x scpoe'],
    ['a misspelt allow', { alow: readers }, 'CONFIG_ROUTE_UNDECLARED', 'GET /x'],
    ['a requirement that is not an object', { allow: 'orders' as never }, 'CONFIG_MISSING', 'GET /x requirement'],
  ])('with %s', async (_title, config, code, option) => {
    const app = await walled();
    app.get('/x', { config }, async () => 'data');
    expect((await faultsOf(app.ready())).map((fault) => [fault.code, fault.option])).toEqual([[code, option]]);
  });

  test.each([
    ['no service', {}, ['auth']],
    ['an authenticator for a service', { auth: namedTokens }, ['auth']],
    ['a misspelt option', { auth: world().auth, cors: true }, ['cors']],
    ['several faults', { corsPreflight: 'yes', observe: true }, ['observe', 'auth', 'corsPreflight']],
  ])('with %s', async (_title, options, faults) => {
    const app = fastify();
    const seen = await faultsOf(app.register(serviceAuth, options as never));
    expect(seen.map(({ option }) => option)).toEqual(faults);
  });

  test('with the wall twice in front of the same routes', async () => {
    const app = await walled();
    expect(
      await faultsOf(
        app.register(async (child) => {
          await child.register(serviceAuth, { auth: world().auth });
        }),
      ),
    ).toMatchObject([{ code: 'CONFIG_CONFLICT', option: 'serviceAuth' }]);
  });

  test('with @fastify/cors behind the wall when nobody opted in to preflights', async () => {
    const app = await walled();
    await app.register(cors, { origin: 'https://shop.test' });
    expect((await faultsOf(app.ready())).map(({ option }) => option)).toEqual(['OPTIONS *']);
  });

  test('with other undeclared OPTIONS routes when somebody opted in to preflights', async () => {
    const app = await walled({ corsPreflight: true });
    await app.register(cors, { origin: 'https://shop.test' });
    app.options('/x', async () => 'data');
    expect((await faultsOf(app.ready())).map(({ option }) => option)).toEqual(['OPTIONS /x']);
  });
});

test('boots when a plugin declares the routes of another one in its own onRoute hook', async () => {
  const app = await walled();
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.config = { ...route.config, public: 'API documentation' };
  });
  app.get('/docs/json', async () => '{}');
  await app.ready();
  expect(describeRoutes(app)[0]).toMatchObject({ path: '/docs/json', access: 'public', reason: 'API documentation' });
});

test('two encapsulated parts may each have a wall of their own', async () => {
  const app = fastify();
  for (const prefix of ['/a', '/b']) {
    await app.register(
      async (child) => {
        await child.register(serviceAuth, { auth: world().auth });
        child.get('/x', { config: { allow: readers } }, async () => 'data');
      },
      { prefix },
    );
  }
  await app.ready();
  expect((await app.inject('/a/x')).statusCode).toBe(401);
  expect((await app.inject('/b/x')).statusCode).toBe(401);
});

test('describeRoutes lists what every route declared', async () => {
  const app = await walled();
  app.get('/healthz', { config: { public: 'liveness probe' }, exposeHeadRoute: false }, async () => 'ok');
  app.route({ method: ['PUT', 'DELETE'], url: '/stock/:sku', config: { allow: readers }, handler: async () => '' });
  app.get('/forgotten', async () => 'data');
  await app.register(async (child) => void child.post('/y', { config: { allow: readers } }, async () => ''), {
    prefix: '/v1',
  });
  expect(describeRoutes(app)).toEqual([
    { method: 'GET', path: '/healthz', access: 'public', reason: 'liveness probe' },
    { method: 'PUT', path: '/stock/:sku', access: 'requirement', requirement: readers },
    { method: 'DELETE', path: '/stock/:sku', access: 'requirement', requirement: readers },
    { method: 'GET', path: '/forgotten', access: 'undeclared', reason: 'declares neither allow nor public' },
    { method: 'HEAD', path: '/forgotten', access: 'undeclared', reason: 'declares neither allow nor public' },
    { method: 'POST', path: '/v1/y', access: 'requirement', requirement: readers },
  ]);
  expect(describeRoutes(fastify())).toEqual([]);
});
