import fastify from 'fastify';
import { expect, test } from 'vitest';
import { call, serve, world } from './fastify.test-kit.ts';
import { describeRoutes, resourceMetadata, serviceAuth } from './index.ts';

async function described(resource: string) {
  const app = fastify();
  const { auth, events } = world({ resource });
  // What the application does to its JSON must not change what clients compare.
  app.setReplySerializer(() => '"changed"');
  await app.register(serviceAuth, { auth });
  await app.register(resourceMetadata, { auth });
  return { app, events };
}

test('the metadata is a public route that listings show', async () => {
  const { app, events } = await described('https://inventory.test/api');
  const path = '/.well-known/oauth-protected-resource/api';
  const port = await serve(app);
  const { status, headers, body } = await call(port, path);
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  expect(JSON.parse(body)).toEqual({
    resource: 'https://inventory.test/api',
    bearer_methods_supported: ['header'],
  });
  expect(events).toEqual([]);
  expect(describeRoutes(app)).toContainEqual(expect.objectContaining({ method: 'GET', path, access: 'public' }));
  expect((await call(port, `${path}/x`)).status).toBe(401);
});

test('a path with a colon is that path, and no parameter', async () => {
  const { app } = await described('https://inventory.test/a:b');
  const port = await serve(app);
  expect((await call(port, '/.well-known/oauth-protected-resource/a:b')).status).toBe(200);
  expect((await call(port, '/.well-known/oauth-protected-resource/axb')).status).toBe(401);
  expect((await call(port, '/.well-known/oauth-protected-resource/a::b')).status).toBe(401);
});

test('a service without a resource is a start-up error', async () => {
  const app = fastify();
  await expect(app.register(resourceMetadata, { auth: world().auth })).rejects.toThrow(/resource: is not set/);
});
