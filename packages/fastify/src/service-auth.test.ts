import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { brokenChecks, call, serve, startOfTest, world, type Sent } from './fastify.test-kit.ts';
import { callerOf, maybeCallerOf, serviceAuth, type ServiceAuth } from './index.ts';

const readers = { scope: 'inventory:read' } as const;
const anyone = { caller: 'spiffe://prod.test/**' } as const;

async function inventory(auth: ServiceAuth = world().auth) {
  const app = fastify();
  await app.register(serviceAuth, { auth });
  app.get('/healthz', { config: { public: 'liveness probe' } }, async () => 'ok');
  app.get('/stock/:sku', { config: { allow: readers } }, async (request) => ({ askedBy: callerOf(request).id }));
  app.get('/greeting', { config: { allow: { ...anyone, optional: true } } }, async (request) => {
    return maybeCallerOf(request)?.id ?? 'anonymous';
  });
  app.post('/stock', { config: { allow: readers } }, async () => 'written');
  app.route({
    method: ['PUT', 'DELETE'],
    url: '/stock/:sku',
    config: { allow: readers },
    handler: async () => 'changed',
  });
  return app;
}

const rows: readonly (readonly [string, string, Sent, number])[] = [
  ['a good token', '/stock/42', { as: 'orders' }, 200],
  ['no credential', '/stock/42', {}, 401],
  ['a bad token', '/stock/42', { as: 'mallory' }, 401],
  ['a token without the scope', '/stock/42', { as: 'billing' }, 403],
  ['another scheme', '/stock/42', { headers: { authorization: 'Basic b3JkZXJzOg==' } }, 401],
  ['a scheme without token', '/stock/42', { headers: { authorization: 'Bearer' } }, 400],
  ['two Authorization lines', '/stock/42', { headers: { authorization: ['Bearer orders', 'Bearer orders'] } }, 400],
  ['a token in the query', '/stock/42?access_token=orders', {}, 400],
  ['a public route', '/healthz', {}, 200],
  ['a public route with a bad token', '/healthz', { as: 'mallory' }, 200],
  ['an optional route without credential', '/greeting', {}, 200],
  ['an optional route with a bad token', '/greeting', { as: 'mallory' }, 401],
  ['an optional route with a good token', '/greeting', { as: 'orders' }, 200],
  ['an unknown path with a good token', '/nowhere', { as: 'billing' }, 404],
  ['an unknown path without credential', '/nowhere', {}, 401],
  ['an unknown path with a bad token', '/nowhere', { as: 'mallory' }, 401],
  ['a method the path does not have', '/stock/42', { method: 'PATCH' }, 401],
  ['HEAD with a good token', '/stock/42', { method: 'HEAD', as: 'orders' }, 200],
  ['HEAD without credential', '/stock/42', { method: 'HEAD' }, 401],
  ['HEAD without the scope', '/stock/42', { method: 'HEAD', as: 'billing' }, 403],
  ['OPTIONS without credential', '/stock/42', { method: 'OPTIONS' }, 401],
  ['the first of several methods', '/stock/42', { method: 'PUT', as: 'orders' }, 200],
  ['the second of several methods', '/stock/42', { method: 'DELETE', as: 'orders' }, 200],
  ['the second of several methods without the scope', '/stock/42', { method: 'DELETE', as: 'billing' }, 403],
  ['a body with a good token', '/stock', { method: 'POST', as: 'orders', body: {} }, 200],
  ['a body without credential', '/stock', { method: 'POST', body: {} }, 401],
  ['a malformed body without credential', '/stock', { method: 'POST', headers: { 'content-type': 'x/y' } }, 401],
];
test.each(rows)('%s on %s', async (_title, path, sent, status) => {
  const port = await serve(await inventory());
  expect((await call(port, path, sent)).status).toBe(status);
});

test('names the caller to the handler', async () => {
  const port = await serve(await inventory());
  expect((await call(port, '/stock/42', { as: 'orders' })).body).toBe('{"askedBy":"spiffe://prod.test/orders"}');
  expect((await call(port, '/greeting')).body).toBe('anonymous');
  expect((await call(port, '/greeting', { as: 'orders' })).body).toBe('spiffe://prod.test/orders');
});

test('answers a refusal with challenge, problem document and trace id, byte by byte', async () => {
  const { auth, events } = world();
  const app = await inventory(auth);
  app.setReplySerializer(() => 'serialized');
  const port = await serve(app);
  const answer = await call(port, '/stock/42', { as: 'billing' });
  expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(JSON.parse(answer.body)).toMatchObject({ status: 403, trace_id: events[0]?.trace_id });
  expect((await call(port, '/stock/42', { method: 'HEAD' })).body).toBe('');
});

test('records one event per checked request with the template of its route, and none for a public one', async () => {
  const { auth, events } = world();
  const port = await serve(await inventory(auth));
  await call(port, '/stock/42?page=2', { as: 'orders' });
  await call(port, '/healthz', { as: 'orders' });
  await call(port, '/nowhere', { as: 'orders' });
  expect(events.map((event) => [event['event.name'], event['http.route'], event['policy.rule_id']])).toEqual([
    ['authz.allow', '/stock/:sku', 'requirement'],
    ['authz.allow', undefined, 'route.unmatched'],
  ]);
});

test.each(brokenChecks)('answers 500 when the check %s', async (_title, check) => {
  const app = fastify();
  await app.register(serviceAuth, { auth: { ...world().auth, check } });
  let reached = false;
  app.get('/stock', { config: { allow: readers } }, async () => {
    reached = true;
  });
  expect((await call(await serve(app), '/stock', { as: 'orders' })).status).toBe(500);
  expect(reached).toBe(false);
});

test('lets the application handle the errors of its own handlers', async () => {
  const app = fastify();
  await app.register(serviceAuth, { auth: world().auth });
  app.setErrorHandler((_error, _request, reply) => reply.code(503).send('handled'));
  app.get('/fails', { config: { allow: readers } }, async () => {
    throw new Error('broken');
  });
  const answer = await call(await serve(app), '/fails', { as: 'orders' });
  expect([answer.status, answer.body]).toEqual([503, 'handled']);
});

describe('routes the plugin was not told of', () => {
  test.each([
    ['declared before the plugin', { allow: readers }, [401, 403, 200]],
    ['declared before the plugin, public', { public: 'liveness probe' }, [200, 200, 200]],
    ['declared before the plugin, with nothing', {}, [401, 403, 403]],
    ['declared before the plugin, with both', { allow: readers, public: 'both' }, [401, 403, 403]],
    ['declared before the plugin, with a misspelt part', { allow: { scpoe: 'a' } as never }, [401, 403, 403]],
  ])('%s, are judged by their own config', async (_title, config, statuses) => {
    const app = fastify();
    app.get('/early', { config }, async () => 'data');
    // Neither is awaited: both stand in the same tick.
    void app.register(serviceAuth, { auth: world().auth });
    const port = await serve(app);
    const seen = [];
    for (const sent of [{}, { as: 'billing' }, { as: 'orders' }]) {
      for (const method of ['GET', 'HEAD']) seen.push((await call(port, '/early', { method, ...sent })).status);
    }
    expect(seen).toEqual(statuses.flatMap((status) => [status, status]));
  });

  test('declared in a plugin that was registered before, are walled too', async () => {
    const app = fastify();
    void app.register(async (child) => {
      child.get('/early', { config: { allow: readers } }, async () => 'data');
    });
    void app.register(serviceAuth, { auth: world().auth });
    const port = await serve(app);
    expect((await call(port, '/early')).status).toBe(401);
    expect((await call(port, '/early', { as: 'billing' })).status).toBe(403);
    expect((await call(port, '/early', { as: 'orders' })).status).toBe(200);
  });
});

test('walls encapsulated plugins, prefixes and their own not-found handlers', async () => {
  const app = fastify();
  await app.register(serviceAuth, { auth: world().auth });
  await app.register(
    async (child) => {
      child.get('/', { config: { allow: readers } }, async () => 'root');
      child.get('/deep', { config: { allow: readers } }, async () => 'deep');
      child.setNotFoundHandler((_request, reply) => reply.code(404).send('child'));
    },
    { prefix: '/v1' },
  );
  const port = await serve(app);
  for (const path of ['/v1', '/v1/', '/v1/deep']) {
    expect((await call(port, path)).status).toBe(401);
    expect((await call(port, path, { as: 'billing' })).status).toBe(403);
    expect((await call(port, path, { as: 'orders' })).status).toBe(200);
  }
  expect((await call(port, '/v1/nowhere')).status).toBe(401);
  expect((await call(port, '/v1/nowhere', { as: 'orders' })).body).toBe('child');
});

test('without HEAD routes, HEAD is an unknown route', async () => {
  const app = fastify({ exposeHeadRoutes: false });
  await app.register(serviceAuth, { auth: world().auth });
  app.get('/stock', { config: { allow: readers } }, async () => 'data');
  const port = await serve(app);
  expect((await call(port, '/stock', { method: 'HEAD' })).status).toBe(401);
  expect((await call(port, '/stock', { method: 'HEAD', as: 'orders' })).status).toBe(404);
});

const spellings = [
  '/admin',
  '/%61dmin',
  '//admin',
  '/ADMIN',
  '/admin/',
  '/./admin',
  '/admin;x',
  '/x/../admin',
  '/admin%2f',
];
describe.each([
  ['strict', {}],
  [
    'lenient',
    { caseSensitive: false, ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, useSemicolonDelimiter: true },
  ],
])('with a %s router', (_name, routerOptions) => {
  test.each(spellings)('gives %s to nobody the route does not name', async (path) => {
    const { auth, events } = world();
    const app = fastify({ routerOptions });
    await app.register(serviceAuth, { auth });
    app.get('/admin', { config: { allow: { scope: 'billing:write' } } }, async () => 'data');
    const port = await serve(app);
    const [anonymous, wrong, right] = [
      await call(port, path),
      await call(port, path, { as: 'orders' }),
      await call(port, path, { as: 'billing' }),
    ];
    expect(anonymous.status).toBe(401);
    // Either the router matches the route, and its requirement holds, or it matches nothing.
    expect([wrong.status, right.status]).toEqual(right.status === 200 ? [403, 200] : [404, 404]);
    const routes = events.map((event) => event['http.route']);
    expect(routes).toEqual(right.status === 200 ? ['/admin', '/admin', '/admin'] : [undefined, undefined, undefined]);
  });
});

test('an undecodable path reaches no handler and no caller', async () => {
  const port = await serve(await inventory());
  expect((await call(port, '/%zz', { as: 'orders' })).status).toBe(400);
});

test('a requirement that is changed after the route was declared changes nothing', async () => {
  const requirement = { scope: 'billing:write' };
  const app = fastify();
  await app.register(serviceAuth, { auth: world().auth });
  app.get('/bills', { config: { allow: requirement } }, async () => 'bills');
  requirement.scope = 'inventory:read';
  app.get('/stock', { config: { allow: requirement } }, async () => 'stock');
  const port = await serve(app);
  expect((await call(port, '/bills', { as: 'orders' })).status).toBe(403);
  expect((await call(port, '/bills', { as: 'billing' })).status).toBe(200);
  expect((await call(port, '/stock', { as: 'orders' })).status).toBe(200);
  expect((await call(port, '/stock', { as: 'billing' })).status).toBe(403);
});

test('in observe mode lets through what would be refused, and says so', async () => {
  const observe = { reason: 'roll-out', owner: 'platform', expires: '2026-11-30' };
  const { auth, events, clock } = world({ observe });
  const port = await serve(await inventory(auth));
  expect((await call(port, '/stock/42', { as: 'billing' })).status).toBe(200);
  // Authentication failed: the handler is reached, and callerOf() throws.
  expect((await call(port, '/stock/42', { as: 'mallory' })).status).toBe(500);
  expect(events.map((event) => event['event.name'])).toEqual(['authz.observed', 'authz.observed']);
  clock.at = startOfTest + 10 * 24 * 3_600_000;
  expect((await call(port, '/stock/42', { as: 'mallory' })).status).toBe(401);
});

test('closes the service with the application', async () => {
  let closed = 0;
  const app = fastify();
  await app.register(serviceAuth, {
    auth: {
      ...world().auth,
      close: async () => {
        closed += 1;
      },
    },
  });
  await app.ready();
  expect(closed).toBe(0);
  await app.close();
  expect(closed).toBe(1);
});
