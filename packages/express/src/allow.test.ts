import { Router as routerOf5 } from 'express';
import { describe, expect, test } from 'vitest';
import { call, majors, serve, startOfTest, world } from './express.test-kit.ts';
import { allow, ConfigurationError, maybeCallerOf, serviceAuth, type Middleware } from './index.ts';

const anyone = { caller: 'spiffe://prod.test/**' } as const;
const readers = { scope: 'inventory:read' } as const;

describe.each(majors)('allow on %s', (_name, express) => {
  function behindWall(path: string | RegExp | string[], ...middlewares: Middleware[]) {
    const { auth, events } = world();
    const app = express();
    app.use(serviceAuth(auth, { atLeast: anyone }));
    app.get(path, ...middlewares, (_request, response) => void response.send('data'));
    return { app, events };
  }

  test.each([
    ['orders', 200],
    ['billing', 403],
    ['mallory', 401],
    [undefined, 401],
  ])('narrows the route to who has the scope: %s', async (as, status) => {
    const port = await serve(behindWall('/stock/:sku', allow(readers)).app);
    expect((await call(port, '/stock/42', as === undefined ? {} : { as })).status).toBe(status);
  });

  test('answers a missing scope with the challenge of RFC 6750', async () => {
    const port = await serve(behindWall('/stock/:sku', allow(readers)).app);
    const { headers } = await call(port, '/stock/42', { as: 'billing' });
    expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
    expect(headers['www-authenticate']).toContain('scope="inventory:read"');
  });

  test('records both decisions under one request id, the last with the route', async () => {
    const { app, events } = behindWall('/stock/:sku', allow(readers));
    await call(await serve(app), '/stock/42', { as: 'billing' });
    expect(events.map((event) => [event['event.name'], event['http.route']])).toEqual([
      ['authz.allow', undefined],
      ['authz.deny', '/stock/:sku'],
    ]);
    expect(events[1]?.['request.id']).toBe(events[0]?.['request.id']);
  });

  test.each([
    ['a string', '/stock/:sku', '/stock/42', '/stock/:sku'],
    ['several strings', ['/stock/:sku', '/goods/:sku'], '/goods/42', '/stock/:sku|/goods/:sku'],
    ['a regular expression', /^\/st[ao]ck\/\d+$/, '/stock/42', String(/^\/st[ao]ck\/\d+$/)],
  ])('names the route when its path is %s', async (_title, path, target, route) => {
    const { app, events } = behindWall(path, allow(readers));
    expect((await call(await serve(app), target, { as: 'orders' })).status).toBe(200);
    expect(events.at(-1)?.['http.route']).toBe(route);
  });

  test.each(['/api/stock/42', '/API/stock/42', '/Api/STOCK/42'])('names a mounted route alike for %s', async (path) => {
    const { auth, events } = world();
    const app = express();
    const router = express.Router();
    router.get('/stock/:sku', allow(readers), (_request, response) => void response.send('data'));
    app.use(serviceAuth(auth, { atLeast: anyone }));
    app.use('/api', router);
    expect((await call(await serve(app), path, { as: 'orders' })).status).toBe(200);
    expect(events.at(-1)?.['http.route']).toBe('/api/stock/:sku');
  });

  test('names no route when it is mounted with use, also after a route that handed on', async () => {
    const { auth, events } = world();
    const app = express();
    app.use(serviceAuth(auth, { atLeast: anyone }));
    app.get('/stock/:sku', (_request, _response, next) => next());
    app.use(allow(readers), (_request, response) => void response.send('data'));
    expect((await call(await serve(app), '/stock/42', { as: 'orders' })).status).toBe(200);
    expect(events.at(-1)).not.toHaveProperty('http.route');
  });

  test.each(['/admin', '/%61dmin', '//admin', '/ADMIN', '/admin/', '/./admin', '/admin;x', '/x/../admin', '/admin%2f'])(
    'gives %s to nobody the route does not name',
    async (path) => {
      const { app, events } = behindWall('/admin', allow({ scope: 'billing:write' }));
      const port = await serve(app);
      const [anonymous, wrong, right] = [
        await call(port, path),
        await call(port, path, { as: 'orders' }),
        await call(port, path, { as: 'billing' }),
      ];
      expect(anonymous.status).toBe(401);
      // Either Express matches the route, and its requirement holds, or it matches nothing.
      expect([wrong.status, right.status]).toEqual(right.status === 200 ? [403, 200] : [404, 404]);
      expect(wrong.body).not.toContain('data');
      expect(
        events.map((event) => event['http.route']).filter((route) => route !== undefined && route !== '/admin'),
      ).toEqual([]);
    },
  );

  test.each([
    [
      'on a route',
      (app: ReturnType<typeof express>) => app.get('/stock/:sku', allow(readers), (_q, r) => void r.send('data')),
    ],
    ['mounted with use', (app: ReturnType<typeof express>) => app.use(allow(readers), (_q, r) => void r.send('data'))],
  ])('without a wall answers 500 and tells the line to add: %s', async (_title, mount) => {
    const app = express();
    const errors: unknown[] = [];
    mount(app);
    app.use(
      (error: unknown, _request: unknown, response: { status(code: number): { end(): void } }, _next: unknown) => {
        errors.push(error);
        response.status(500).end();
      },
    );
    const answer = await call(await serve(app), '/stock/42', { as: 'orders' });
    expect([answer.status, answer.body]).toEqual([500, '']);
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
    expect((errors[0] as ConfigurationError).message).toContain('app.use(serviceAuth(auth, { atLeast:');
  });

  const optional = { ...anyone, optional: true } as const;
  test.each([
    ['refuses nobody on an optional route', allow(optional), undefined, 200, 'anonymous'],
    ['refuses nobody on a route that demands a caller', allow(anyone), undefined, 401, 'trace_id'],
    ['refuses a bad token on an optional route', allow(optional), 'mallory', 401, 'trace_id'],
    ['names the caller on an optional route', allow(optional), 'orders', 200, 'spiffe://prod.test/orders'],
  ])('behind an optional wall: %s', async (_title, narrowing, as, status, body) => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast: optional }));
    app.get('/stock', narrowing, (request, response) => void response.send(maybeCallerOf(request)?.id ?? 'anonymous'));
    const answer = await call(await serve(app), '/stock', as === undefined ? {} : { as });
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(body);
  });

  test('behind an observing wall lets through what would be refused, and says so', async () => {
    const observe = { reason: 'roll-out', owner: 'platform', expires: '2026-11-30' };
    const { auth, events } = world({ observe });
    const app = express();
    app.use(serviceAuth(auth, { atLeast: anyone }));
    app.get(
      '/stock',
      allow(readers),
      (request, response) => void response.send(maybeCallerOf(request)?.id ?? 'nobody'),
    );
    const port = await serve(app);
    expect((await call(port, '/stock')).body).toBe('nobody');
    expect((await call(port, '/stock', { as: 'billing' })).body).toBe('spiffe://prod.test/billing');
    expect(events.map((event) => event['event.name'])).toEqual([
      'authz.observed',
      'authz.observed',
      'authz.allow',
      'authz.observed',
    ]);
  });

  test('judges the caller again when time passed between the wall and the route', async () => {
    const { auth, clock } = world();
    const app = express();
    app.use(serviceAuth(auth, { atLeast: anyone }));
    app.use((_request, _response, next) => {
      clock.at = startOfTest + 60_000;
      next();
    });
    app.get('/stock', allow(readers), (_request, response) => void response.send('data'));
    expect((await call(await serve(app), '/stock', { as: 'orders' })).status).toBe(401);
  });
});

test('refuses an empty requirement at once', () => {
  expect(() => allow({} as never)).toThrow(ConfigurationError);
  expect(() => routerOf5().get('/x', allow({ scpoe: 'a' } as never))).toThrow('scpoe: is not an option');
});
