import { createServer, type Server } from 'node:http';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { call, majors, serve, world } from './express.test-kit.ts';
import { assertSafeServer, ConfigurationError, serviceAuth } from './index.ts';

const anyone = { caller: 'spiffe://prod.test/**' } as const;

describe.each(majors)('a server whose parser lets smuggled requests in, under %s', (_name, express) => {
  async function behind(make: (app: ReturnType<typeof express>) => Server) {
    const { auth, events } = world();
    const errors: unknown[] = [];
    let handled = 0;
    const app = express();
    app.get('/healthz', (_request, response) => void response.send('ok'));
    app.use(serviceAuth(auth, { atLeast: anyone, corsPreflight: true }));
    app.all('/stock/:sku', (_request, response) => {
      handled += 1;
      response.send('data');
    });
    app.use((error: unknown, _request: unknown, response: ServerResponse, _next: unknown) => {
      errors.push(error);
      response.statusCode = 500;
      response.end();
    });
    const port = await serve(make(app));
    return { port, errors, events, handled: () => handled };
  }
  const unsafe = (app: ReturnType<typeof express>) => createServer({ insecureHTTPParser: true }, app);

  test.each([
    ['a good token', { as: 'orders' }],
    ['no credential', {}],
    ['a bad token', { as: 'mallory' }],
    [
      'a preflight',
      { method: 'OPTIONS', headers: { origin: 'https://shop.test', 'access-control-request-method': 'GET' } },
    ],
  ])('answers 500 to %s, and verifies nothing', async (_title, sent) => {
    const { port, errors, events, handled } = await behind(unsafe);
    expect((await call(port, '/stock/42', sent)).status).toBe(500);
    expect((await call(port, '/stock/42', sent)).status).toBe(500);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
    expect((errors[0] as ConfigurationError).faults.map(({ option }) => option)).toEqual(['insecureHTTPParser']);
    expect(events).toEqual([]);
    expect(handled()).toBe(0);
  });

  test('still serves what stands before the wall', async () => {
    const { port } = await behind(unsafe);
    expect((await call(port, '/healthz')).status).toBe(200);
  });

  test('is another than a safe one for the same application', async () => {
    const { port, errors, handled } = await behind((app) => createServer(app));
    expect((await call(port, '/stock/42', { as: 'orders' })).status).toBe(200);
    expect((await call(port, '/stock/42')).status).toBe(401);
    expect(errors).toEqual([]);
    expect(handled()).toBe(1);
  });

  test('is found before it listens by assertSafeServer', () => {
    expect(() => assertSafeServer(unsafe(express()))).toThrow(ConfigurationError);
    expect(() => assertSafeServer(createServer(express()))).not.toThrow();
  });
});
