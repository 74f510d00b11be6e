import { Module } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import { Inventory, inventory } from './inventory.test-kit.ts';
import { brokenChecks, call, create, platforms, serve, world, type Sent } from './nestjs.test-kit.ts';

const rows: readonly (readonly [string, string, Sent, number])[] = [
  ['a good token', '/stock/42', { as: 'orders' }, 200],
  ['no credential', '/stock/42', {}, 401],
  ['a bad token', '/stock/42', { as: 'mallory' }, 401],
  ['a token without the scope', '/stock/42', { as: 'billing' }, 403],
  ['another scheme', '/stock/42', { headers: { authorization: 'Basic b3JkZXJzOg==' } }, 401],
  ['a scheme without token', '/stock/42', { headers: { authorization: 'Bearer' } }, 400],
  ['two Authorization lines', '/stock/42', { headers: { authorization: ['Bearer orders', 'Bearer orders'] } }, 400],
  ['a token in the query', '/stock/42?access_token=orders', {}, 400],
  ['a public handler', '/healthz', {}, 200],
  ['a public handler with a bad token', '/healthz', { as: 'mallory' }, 200],
  ['an optional handler without credential', '/greeting', {}, 200],
  ['an optional handler with a bad token', '/greeting', { as: 'mallory' }, 401],
  ['an optional handler with a good token', '/greeting', { as: 'orders' }, 200],
  ['an optional handler that insists on a caller', '/careless', {}, 500],
  ['the requirement of the class', '/reports/daily', { as: 'billing' }, 200],
  ['the requirement of the class without the scope', '/reports/daily', { as: 'orders' }, 403],
  ['the requirement of the class without credential', '/reports/daily', {}, 401],
  ['a method that wins over its class', '/reports/stock', { as: 'orders' }, 200],
  ['a method that wins over its class without its scope', '/reports/stock', { as: 'billing' }, 403],
  ['a public method of a guarded class', '/reports/schema', {}, 200],
  ['a handler of all methods', '/reports/any', { method: 'DELETE', as: 'billing' }, 200],
  ['a handler of all methods without credential', '/reports/any', { method: 'DELETE' }, 401],
  ['an unknown path with a good token', '/nowhere', { as: 'billing' }, 404],
  ['an unknown path without credential', '/nowhere', {}, 401],
  ['an unknown path with a bad token', '/nowhere', { as: 'mallory' }, 401],
  ['a method the path does not have', '/stock/42', { method: 'PATCH' }, 401],
  ['a method the path does not have, with a good token', '/stock/42', { method: 'PATCH', as: 'orders' }, 404],
  ['HEAD with a good token', '/stock/42', { method: 'HEAD', as: 'orders' }, 200],
  ['HEAD without credential', '/stock/42', { method: 'HEAD' }, 401],
  ['HEAD without the scope', '/stock/42', { method: 'HEAD', as: 'billing' }, 403],
  ['OPTIONS without credential', '/stock/42', { method: 'OPTIONS' }, 401],
  ['OPTIONS of a handler of all methods', '/reports/any', { method: 'OPTIONS' }, 401],
  ['a body with a good token', '/stock', { method: 'POST', as: 'orders', body: {} }, 200],
  ['a body without credential', '/stock', { method: 'POST', body: {} }, 401],
];

describe.each(platforms)('on %s', (platform) => {
  test.each(rows)('%s on %s', async (_title, path, sent, status) => {
    const port = await serve(await create(platform, inventory()));
    expect((await call(port, path, sent)).status).toBe(status);
  });

  test('names the caller to the handler, as parameter and by request', async () => {
    const port = await serve(await create(platform, inventory()));
    const id = 'spiffe://prod.test/orders';
    const found = await call(port, '/stock/42', { as: 'orders' });
    expect(JSON.parse(found.body)).toEqual({ sku: '42', askedBy: id, same: true });
    expect((await call(port, '/greeting')).body).toBe('anonymous anonymous');
    expect((await call(port, '/greeting', { as: 'orders' })).body).toBe(`${id} ${id}`);
  });

  test('records one event per request with the template of its route, though two guards run', async () => {
    const { auth, events } = world();
    const port = await serve(await create(platform, inventory(auth)));
    await call(port, '/stock/42?page=2', { as: 'orders' });
    await call(port, '/stock/42', { as: 'billing' });
    await call(port, '/healthz', { as: 'orders' });
    await call(port, '/nowhere', { as: 'orders' });
    await call(port, '/sold-out', { as: 'orders' });
    expect(events.map((event) => [event['event.name'], event['http.route'], event['policy.rule_id']])).toEqual([
      ['authz.allow', '/stock/:sku', 'requirement'],
      ['authz.deny', '/stock/:sku', 'requirement.scope'],
      ['authz.allow', undefined, 'route.unmatched'],
      ['authz.allow', '/sold-out', 'requirement'],
    ]);
  });

  test.each(brokenChecks)('answers 500 when the check %s', async (_title, check) => {
    const port = await serve(await create(platform, inventory({ ...world().auth, check })));
    for (const path of ['/stock/42', '/nowhere']) {
      expect((await call(port, path, { as: 'orders' })).status).toBe(500);
    }
  });

  test('leaves the errors of handlers to the application', async () => {
    const port = await serve(await create(platform, inventory()));
    const answer = await call(port, '/sold-out', { as: 'orders' });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([404, { message: 'sold out' }]);
  });

  test('knows the routes under a global prefix, and asks strangers for a credential everywhere else', async () => {
    const { auth, events } = world();
    const app = await create(platform, inventory(auth));
    app.setGlobalPrefix('api');
    const port = await serve(app);
    expect((await call(port, '/api/stock/42', { as: 'orders' })).status).toBe(200);
    expect(events[0]?.['http.route']).toBe('/api/stock/:sku');
    for (const path of ['/stock/42', '/api/nowhere', '/', '/api']) {
      expect((await call(port, path)).status, path).toBe(401);
      expect((await call(port, path, { as: 'orders' })).status, path).toBe(404);
    }
  });
});

test('a guard of an application without the module is not made', async () => {
  @Module({ controllers: [Inventory] })
  class Alone {}
  await expect(create('express', { imports: [Alone] })).rejects.toThrow('ServiceAuthGuard');
});
