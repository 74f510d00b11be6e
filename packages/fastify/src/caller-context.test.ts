import fastify from 'fastify';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { call, serve, world } from './fastify.test-kit.ts';
import { callerOf, currentCaller, maybeCallerOf, maybeCurrentCaller, serviceAuth } from './index.ts';

const anyone = { caller: 'spiffe://prod.test/**' } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function walled() {
  const app = fastify();
  await app.register(serviceAuth, { auth: world().auth });
  return app;
}

test.each([
  ['without a body', undefined],
  ['with a body', { sku: 42 }],
])('stays with its request while many run at once, %s', async (_title, body) => {
  const app = await walled();
  app.route({
    method: ['GET', 'POST'],
    url: '/who',
    config: { allow: anyone },
    handler: async (request) => {
      const seen = [currentCaller().id];
      for (let round = 0; round < 5; round += 1) {
        await turn();
        seen.push(currentCaller().id, callerOf(request).id);
      }
      return [...new Set(seen)];
    },
  });
  const port = await serve(app);
  const names = Array.from({ length: 40 }, (_, index) => ['orders', 'billing', 'slow-orders'][index % 3] ?? '');
  const method = body === undefined ? 'GET' : 'POST';
  const answers = await Promise.all(names.map((as) => call(port, '/who', { as, method, body })));
  expect(answers.map((answer) => answer.body)).toEqual(
    names.map((name) => JSON.stringify([`spiffe://prod.test/${name}`])),
  );
});

test.each(['preValidation', 'preHandler'] as const)(
  'reaches the %s hooks behind a body that comes late',
  async (hook) => {
    const { auth, events } = world();
    const app = fastify();
    await app.register(serviceAuth, { auth });
    const seen: (string | undefined)[] = [];
    app.addHook(hook, async () => void seen.push(maybeCurrentCaller()?.id));
    app.post('/stock', { config: { allow: anyone } }, async () => 'ok');
    const headers = { authorization: 'Bearer orders', 'content-type': 'application/json', 'content-length': '2' };
    const sent = request({ host: '127.0.0.1', port: await serve(app), path: '/stock', method: 'POST', headers });
    sent.write('{');
    // The rest comes when the check is over, so that Node reads it outside the context of the request.
    while (events.length === 0) await turn();
    await turn();
    sent.end('}');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(200);
    expect(seen).toEqual(['spiffe://prod.test/orders']);
  },
);

test.each([
  ['preValidation', 'preParsing'],
  ['handler', 'preValidation'],
] as const)('comes back for the %s after a %s hook that loses it', async (place, lossy) => {
  const app = await walled();
  const waiting: (() => void)[] = [];
  const ticker = setInterval(() => waiting.splice(0).forEach((go) => go()), 1);
  app.addHook('onClose', async () => clearInterval(ticker));
  const seen: (string | undefined)[] = [];
  const lose = (...hook: unknown[]): void => void waiting.push(() => (hook.at(-1) as () => void)());
  await app.register(async (child) => {
    child.addHook(lossy as 'preValidation', lose);
    if (place === 'preValidation') child.addHook(place, async () => void seen.push(maybeCurrentCaller()?.id));
    child.post('/stock', { config: { allow: anyone } }, async () => {
      if (place === 'handler') seen.push(maybeCurrentCaller()?.id);
      return 'ok';
    });
  });
  await call(await serve(app), '/stock', { method: 'POST', as: 'orders', body: {} });
  expect(seen).toEqual(['spiffe://prod.test/orders']);
});

test('does not reach the next request of the same socket', async () => {
  const app = await walled();
  app.get('/public', { config: { public: 'probe' } }, async (request) => [
    maybeCurrentCaller()?.id ?? null,
    maybeCallerOf(request)?.id ?? null,
  ]);
  app.get('/who', { config: { allow: anyone } }, async () => currentCaller().id);
  const port = await serve(app);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await call(port, '/who', { as: 'orders', agent })).body).toBe('spiffe://prod.test/orders');
  expect((await call(port, '/public', { as: 'orders', agent })).body).toBe('[null,null]');
  expect((await call(port, '/who', { as: 'billing', agent })).body).toBe('spiffe://prod.test/billing');
  agent.destroy();
});

test('a property that a handler sets makes no caller', async () => {
  const app = await walled();
  app.get('/public', { config: { public: 'probe' } }, async (request) => {
    Object.assign(request.raw, { caller: { id: 'spiffe://prod.test/orders' } });
    expect(() => callerOf(request)).toThrow('was not checked');
    return typeof maybeCallerOf(request);
  });
  expect((await call(await serve(app), '/public', { as: 'orders' })).body).toBe('undefined');
});

test.each([
  ['without a body', 'GET', undefined],
  ['with a body', 'POST', { sku: 42 }],
] as const)('does not outlive the answer, in what a request has started, %s', async (_title, method, body) => {
  const app = await walled();
  const seen: string[] = [];
  let stop = (): void => {};
  app.route({
    method,
    url: '/start',
    config: { allow: anyone },
    handler: async () => {
      const timer = setInterval(() => seen.push(maybeCurrentCaller()?.id ?? 'nobody'), 1);
      stop = () => clearInterval(timer);
      await turn();
      return currentCaller().id;
    },
  });
  const answer = await call(await serve(app), '/start', { as: 'orders', method, body });
  expect(answer.body).toBe('spiffe://prod.test/orders');
  await expect.poll(() => seen.at(-1)).toBe('nobody');
  stop();
});
