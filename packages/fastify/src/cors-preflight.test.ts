import cors from '@fastify/cors';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { call, serve, world, type Sent } from './fastify.test-kit.ts';
import { serviceAuth } from './index.ts';

const readers = { scope: 'inventory:read' } as const;
const preflight = { origin: 'https://shop.test', 'access-control-request-method': 'GET' };

async function shop({ corsPreflight = false, withCors = true } = {}) {
  const { auth, events } = world();
  const app = fastify();
  await app.register(serviceAuth, { auth, corsPreflight });
  let reached = 0;
  if (withCors && corsPreflight) await app.register(cors, { origin: 'https://shop.test' });
  app.get('/stock', { config: { allow: readers } }, async () => 'data');
  app.options('/own', { config: { allow: readers } }, async () => {
    reached += 1;
    return 'data';
  });
  app.options('/optional', { config: { allow: { ...readers, optional: true } } }, async () => 'for everybody');
  return { app, events, reached: () => reached };
}

const rows: readonly (readonly [string, Sent, boolean, number])[] = [
  ['a preflight', { headers: preflight }, true, 204],
  ['a preflight when nobody opted in', { headers: preflight }, false, 401],
  ['OPTIONS without Origin', { headers: { 'access-control-request-method': 'GET' } }, true, 401],
  ['OPTIONS without the method asked for', { headers: { origin: 'https://shop.test' } }, true, 401],
  ['another method with the headers of a preflight', { method: 'GET', headers: preflight }, true, 401],
  ['a preflight that presents a bad token', { as: 'mallory', headers: preflight }, true, 401],
];
test.each(rows)('%s', async (_title, sent, corsPreflight, status) => {
  const { app } = await shop({ corsPreflight });
  const answer = await call(await serve(app), '/stock', { method: 'OPTIONS', ...sent });
  expect(answer.status).toBe(status);
  expect(answer.body).not.toContain('data');
  expect(answer.headers['access-control-allow-origin']).toBe(status === 204 ? 'https://shop.test' : undefined);
});

describe('a preflight that no hook answers', () => {
  test.each([
    ['a route of its own', '/own', 401],
    ['a route it does not match', '/stock', 401],
    ['no path at all', '/nowhere', 401],
    ['a route where a caller is optional', '/optional', 200],
  ])('is judged like any request: %s', async (_title, path, status) => {
    const { app, reached, events } = await shop({ corsPreflight: true, withCors: false });
    const answer = await call(await serve(app), path, { method: 'OPTIONS', headers: preflight, body: { x: 1 } });
    expect(answer.status).toBe(status);
    expect(reached()).toBe(0);
    expect(events).toHaveLength(1);
  });
});

test('a preflight that a hook behind the wall turned into another request is judged too', async () => {
  const { app, reached } = await shop({ corsPreflight: true, withCors: false });
  app.addHook('onRequest', async ({ raw }) => {
    delete raw.headers.origin;
  });
  expect((await call(await serve(app), '/own', { method: 'OPTIONS', headers: preflight })).status).toBe(401);
  expect(reached()).toBe(0);
});

test('the catch-all route of @fastify/cors answers no other OPTIONS', async () => {
  const { app } = await shop({ corsPreflight: true });
  const port = await serve(app);
  expect((await call(port, '/stock', { method: 'OPTIONS' })).status).toBe(401);
  expect((await call(port, '/stock', { method: 'OPTIONS', as: 'orders' })).status).toBe(403);
});

test('@fastify/cors in front of the wall answers preflights by itself', async () => {
  const app = fastify();
  await app.register(cors, { origin: 'https://shop.test' });
  await app.register(serviceAuth, { auth: world().auth });
  app.get('/stock', { config: { allow: readers } }, async () => 'data');
  const port = await serve(app);
  expect((await call(port, '/stock', { method: 'OPTIONS', headers: preflight })).status).toBe(204);
  expect((await call(port, '/stock', { headers: preflight })).status).toBe(401);
});
