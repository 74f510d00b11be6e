/** Where the wall stands: a child of the application is guarded alone, and a wall that guards nothing does not boot. */
import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { world } from './fastify.test-kit.ts';
import { ConfigurationError, serviceAuth } from './index.ts';

const allow = { scope: 'inventory:read' } as const;

/** As an application writes its own plugin: without fastify-plugin it is a child. */
async function ownPlugin(app: FastifyInstance): Promise<void> {
  await app.register(serviceAuth, { auth: world().auth });
}

async function bootErrorOf(app: FastifyInstance): Promise<unknown> {
  return Promise.resolve(app.ready()).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a wall inside a plugin of the application', () => {
  test('that is encapsulated does not boot, because the routes outside would answer everybody', async () => {
    const app = fastify();
    await app.register(ownPlugin);
    app.get('/stock', { config: { allow } }, async () => 'data');
    const error = await bootErrorOf(app);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).faults).toMatchObject([
      { code: 'CONFIG_UNSAFE', option: 'serviceAuth', fix: expect.stringContaining('fastify-plugin') },
    ]);
  });

  test('that is wrapped as fastify-plugin does it guards the whole application', async () => {
    const app = fastify();
    await app.register(Object.assign(ownPlugin.bind(undefined), { [Symbol.for('skip-override')]: true }));
    app.get('/stock', { config: { allow } }, async () => 'data');
    expect(await bootErrorOf(app)).toBeUndefined();
    expect((await app.inject('/stock')).statusCode).toBe(401);
  });

  test('that declares routes, also in a child of its own, guards these', async () => {
    const app = fastify();
    await app.register(async (child) => {
      await ownPlugin(child);
      await child.register(async (inner) => void inner.get('/stock', { config: { allow } }, async () => 'data'));
    });
    expect(await bootErrorOf(app)).toBeUndefined();
    expect((await app.inject('/stock')).statusCode).toBe(401);
  });

  test('on the root without any route boots', async () => {
    const app = fastify();
    await ownPlugin(app);
    expect(await bootErrorOf(app)).toBeUndefined();
  });
});
