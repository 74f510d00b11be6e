import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { brokenChecks, call, majors, namedTokens, serve, world, type Sent } from './express.test-kit.ts';
import { callerOf, ConfigurationError, serviceAuth } from './index.ts';

const anyone = { caller: 'spiffe://prod.test/**' } as const;

describe.each(majors)('the wall on %s', (_name, express) => {
  function inventory(options: { atLeast: Parameters<typeof serviceAuth>[1]['atLeast'] } = { atLeast: anyone }) {
    const { auth, events } = world();
    const app = express();
    app.get('/healthz', (_request, response) => void response.send('ok'));
    app.use(serviceAuth(auth, options));
    app.get('/stock/:sku', (request, response) => void response.json({ askedBy: callerOf(request).id }));
    app.all('/any', (_request, response) => void response.send('data'));
    return { app, events };
  }

  test.each([
    ['of the same service verifies nothing twice', true, ['check', 'narrow']],
    ['of another service verifies for itself', false, ['check', 'other check']],
  ])('a wall behind a wall %s', async (_title, isSame, expected) => {
    const asked: string[] = [];
    const watched = (who: string) => {
      const { auth } = world();
      const check: typeof auth.check = (...given) => (asked.push(`${who}check`), auth.check(...given));
      const narrow: typeof auth.narrow = (...given) => (asked.push(`${who}narrow`), auth.narrow(...given));
      return { ...auth, check, narrow };
    };
    const [outer, other] = [watched(''), watched('other ')];
    const app = express();
    app.use(serviceAuth(outer, { atLeast: anyone }), serviceAuth(isSame ? outer : other, { atLeast: anyone }));
    app.get('/stock', (request, response) => void response.send(callerOf(request).id));
    expect((await call(await serve(app), '/stock', { as: 'orders' })).status).toBe(200);
    expect(asked).toEqual(expected);
  });

  const rows: readonly (readonly [string, string, Sent, number])[] = [
    ['a good token', '/stock/42', { as: 'orders' }, 200],
    ['no credential', '/stock/42', {}, 401],
    ['a bad token', '/stock/42', { as: 'mallory' }, 401],
    ['another scheme', '/stock/42', { headers: { authorization: 'Basic b3JkZXJzOg==' } }, 401],
    ['a scheme without token', '/stock/42', { headers: { authorization: 'Bearer' } }, 400],
    ['two Authorization lines', '/stock/42', { headers: { authorization: ['Bearer orders', 'Bearer orders'] } }, 400],
    ['a token in the query', '/stock/42?access_token=orders', {}, 400],
    ['a public route before the wall', '/healthz', {}, 200],
    ['a public route before the wall, with a bad token', '/healthz', { as: 'mallory' }, 200],
    ['an unknown path with a good token', '/nowhere', { as: 'orders' }, 404],
    ['an unknown path without credential', '/nowhere', {}, 401],
    ['HEAD without credential', '/stock/42', { method: 'HEAD' }, 401],
    ['HEAD with a good token', '/stock/42', { method: 'HEAD', as: 'orders' }, 200],
    ['OPTIONS without credential', '/stock/42', { method: 'OPTIONS' }, 401],
    ['OPTIONS with a good token', '/stock/42', { method: 'OPTIONS', as: 'orders' }, 200],
    ['another method without credential', '/any', { method: 'DELETE' }, 401],
  ];
  test.each(rows)('%s on %s', async (_title, path, sent, status) => {
    const port = await serve(inventory().app);
    expect((await call(port, path, sent)).status).toBe(status);
  });

  test('names the caller to the handler', async () => {
    const port = await serve(inventory().app);
    const answer = await call(port, '/stock/42', { as: 'orders' });
    expect(JSON.parse(answer.body)).toEqual({ askedBy: 'spiffe://prod.test/orders' });
  });

  test('answers a refusal with a challenge and a problem document, and nothing of the handler', async () => {
    const { app, events } = inventory();
    const port = await serve(app);
    const answer = await call(port, '/stock/42');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="spiffe://prod.test/inventory"');
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 401,
      title: 'Unauthorized',
      trace_id: events[0]?.trace_id,
    });
    expect(answer.body).not.toContain('CREDENTIAL_MISSING');
  });

  test('refuses HEAD without a body', async () => {
    const port = await serve(inventory().app);
    expect((await call(port, '/stock/42', { method: 'HEAD' })).body).toBe('');
  });

  test('records one event per request, without a route, because nothing is routed yet', async () => {
    const { app, events } = inventory();
    const port = await serve(app);
    await call(port, '/stock/42', { as: 'orders' });
    await call(port, '/healthz');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ 'event.name': 'authz.allow', 'caller.id': 'spiffe://prod.test/orders' });
    expect(events[0]).not.toHaveProperty('http.route');
  });

  test.each([
    ['orders', 200],
    ['billing', 403],
    ['mallory', 401],
  ])('asks every request for at least what it was told: %s', async (as, status) => {
    const port = await serve(inventory({ atLeast: { scope: 'inventory:read' } }).app);
    expect((await call(port, '/stock/42', { as })).status).toBe(status);
  });

  test.each(brokenChecks)('answers 500 when the check %s', async (_title, check) => {
    const app = express();
    app.set('env', 'test');
    let reached = false;
    app.use(serviceAuth({ ...world().auth, check }, { atLeast: anyone }));
    app.get('/stock/:sku', (_request, response) => {
      reached = true;
      response.send('data');
    });
    expect((await call(await serve(app), '/stock/42', { as: 'orders' })).status).toBe(500);
    expect(reached).toBe(false);
  });

  test('lets the application handle the errors of its own handlers', async () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast: anyone }));
    app.get('/fails', () => {
      throw new Error('broken');
    });
    app.use((_error: unknown, _request: unknown, response: ServerResponse, _next: unknown) => {
      response.statusCode = 503;
      response.end('handled');
    });
    const answer = await call(await serve(app), '/fails', { as: 'orders' });
    expect([answer.status, answer.body]).toEqual([503, 'handled']);
  });

  test('refuses what stands behind it in a mounted application and in a router', async () => {
    const app = express();
    const child = express();
    child.get('/deep', (_request, response) => void response.send('data'));
    const router = express.Router();
    router.get('/deep', (_request, response) => void response.send('data'));
    app.use(serviceAuth(world().auth, { atLeast: anyone }));
    app.use('/child', child);
    app.use('/router', router);
    const port = await serve(app);
    for (const path of ['/child/deep', '/router/deep']) {
      expect((await call(port, path)).status).toBe(401);
      expect((await call(port, path, { as: 'mallory' })).status).toBe(401);
      expect((await call(port, path, { as: 'orders' })).status).toBe(200);
    }
  });

  test('two walls in front of a route both decide', async () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast: anyone }));
    app.use('/billing', serviceAuth(world().auth, { atLeast: { scope: 'billing:write' } }));
    app.get('/billing/open', (_request, response) => void response.send('data'));
    const port = await serve(app);
    expect((await call(port, '/billing/open', { as: 'orders' })).status).toBe(403);
    expect((await call(port, '/billing/open', { as: 'billing' })).status).toBe(200);
    expect((await call(port, '/elsewhere', { as: 'orders' })).status).toBe(404);
  });
});

test.each([
  [{}, ['atLeast.requirement']],
  [{ atLeast: {} }, ['atLeast.requirement']],
  [{ atLeast: { scope: '' }, corsPreflight: 'yes', atleast: 1 }, ['atleast', 'corsPreflight', 'atLeast.scope']],
  [undefined, ['atLeast.requirement']],
])('names every fault of its options at once: %j', (options, faults) => {
  const { auth } = world();
  let thrown: unknown;
  try {
    serviceAuth(auth, options as Parameters<typeof serviceAuth>[1]);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConfigurationError);
  expect((thrown as ConfigurationError).faults.map(({ option }) => option)).toEqual(faults);
});

test('does not take an authenticator for a service', () => {
  expect(() => serviceAuth(namedTokens as never, { atLeast: anyone })).toThrow('auth: is not a service');
});
