import type { NextFunction, Request, Response } from 'express';
import { describe, expect, test } from 'vitest';
import { call, majors, serve, world, type Sent } from './express.test-kit.ts';
import { allow, serviceAuth } from './index.ts';

const anyone = { caller: 'spiffe://prod.test/**' } as const;
const preflight = { origin: 'https://shop.test', 'access-control-request-method': 'GET' };

/** What a CORS middleware does with a preflight, and with everything else. */
function cors(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('access-control-allow-origin', 'https://shop.test');
  if (request.method === 'OPTIONS') response.status(204).end();
  else next();
}

describe.each(majors)('CORS preflights on %s', (_name, express) => {
  function shop(corsPreflight: boolean) {
    const { auth, events } = world();
    const app = express();
    app.use(serviceAuth(auth, { atLeast: anyone, corsPreflight }));
    app.use('/cors', cors);
    app.get('/cors/stock', (_request, response) => void response.send('data'));
    app.all('/all', (_request, response) => void response.json({ secret: 'data' }));
    app.all('/narrow', allow(anyone), (_request, response) => void response.send('data'));
    return { app, events };
  }

  const rows: readonly (readonly [string, Sent, boolean, number])[] = [
    ['a preflight', { headers: preflight }, true, 204],
    ['a preflight when nobody opted in', { headers: preflight }, false, 401],
    ['OPTIONS without Origin', { headers: { 'access-control-request-method': 'GET' } }, true, 401],
    ['OPTIONS without the method asked for', { headers: { origin: 'https://shop.test' } }, true, 401],
    ['another method with the headers of a preflight', { method: 'GET', headers: preflight }, true, 401],
    ['a preflight that presents a bad token', { as: 'mallory', headers: preflight }, true, 401],
    ['OPTIONS of a verified caller', { as: 'orders' }, false, 204],
  ];
  test.each(rows)('%s', async (_title, sent, corsPreflight, status) => {
    const port = await serve(shop(corsPreflight).app);
    const answer = await call(port, '/cors/stock', { method: 'OPTIONS', ...sent });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe(status === 204 ? 'https://shop.test' : undefined);
  });

  test('get headers only, also from a handler that answers every method', async () => {
    const port = await serve(shop(true).app);
    const answer = await call(port, '/all', { method: 'OPTIONS', headers: preflight });
    expect([answer.status, answer.body]).toEqual([204, '']);
    for (const name of ['content-length', 'content-type', 'etag']) expect(answer.headers).not.toHaveProperty(name);
  });

  const answers: readonly (readonly [string, number, (response: Response) => unknown])[] = [
    ['an error answer', 404, (response) => response.status(404).json({ secret: 'data' })],
    ['a redirect', 302, (response) => response.redirect('/secret')],
    ['an answer in pieces', 204, (response) => [response.write('secret'), response.end('data')]],
    ['headers of its own', 404, (response) => response.writeHead(404, { 'content-length': 4 }).end('data')],
    [
      'what an error handler tells',
      500,
      () => {
        throw new Error('secret');
      },
    ],
  ];
  test.each(answers)('get no body either with %s', async (_title, status, answerWith) => {
    const { app } = shop(true);
    app.all('/other', (_request, response) => void answerWith(response));
    app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
      response.status(500).json({ message: error.message });
    });
    const answer = await call(await serve(app), '/other', { method: 'OPTIONS', headers: preflight });
    expect([answer.status, answer.body]).toEqual([status, '']);
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  test('do not pass a route that narrows', async () => {
    const { app, events } = shop(true);
    const answer = await call(await serve(app), '/narrow', { method: 'OPTIONS', headers: preflight });
    expect(answer.status).toBe(401);
    expect(answer.body).toContain('trace_id');
    expect(events.map((event) => event['event.reason'])).toEqual(['CREDENTIAL_MISSING']);
  });
});
