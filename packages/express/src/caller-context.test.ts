import type { NextFunction, Request, Response } from 'express';
import { EventEmitter, once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { call, majors, serve, world } from './express.test-kit.ts';
import { allow, callerOf, currentCaller, maybeCallerOf, maybeCurrentCaller, serviceAuth } from './index.ts';

const anyone = { caller: 'spiffe://prod.test/**' } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Reads the body the way an old parser does: its callback runs outside the request's asynchronous context. */
function plainBody(request: Request, _response: Response, next: NextFunction): void {
  request.on('data', () => {});
  request.on('end', () => next());
}

describe.each(majors)('the context of a request on %s', (_name, express) => {
  test('stays with its request while many run at once', async () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast: anyone }));
    app.get('/who', (request, response) => {
      void (async () => {
        const seen = [currentCaller().id];
        for (let round = 0; round < 5; round += 1) {
          await turn();
          seen.push(currentCaller().id, callerOf(request).id);
        }
        response.json([...new Set(seen)]);
      })();
    });
    const port = await serve(app);
    const names = Array.from({ length: 40 }, (_, index) => ['orders', 'billing', 'slow-orders'][index % 3] ?? '');
    const answers = await Promise.all(names.map((as) => call(port, '/who', { as })));
    expect(answers.map(({ body }) => body)).toEqual(
      names.map((name) => JSON.stringify([`spiffe://prod.test/${name}`])),
    );
  });

  test('reaches a handler behind a JSON body', async () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast: anyone }), express.json());
    app.post(
      '/stock',
      (request, response) => void response.json({ by: currentCaller().id, body: request.body as unknown }),
    );
    const answer = await call(await serve(app), '/stock', { method: 'POST', as: 'orders', body: { sku: 42 } });
    expect(JSON.parse(answer.body)).toEqual({ by: 'spiffe://prod.test/orders', body: { sku: 42 } });
  });

  test('comes back with allow behind a parser that loses it', async () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast: anyone }), plainBody);
    app.post(
      '/stock',
      allow({ scope: 'inventory:read' }),
      (_request, response) => void response.send(currentCaller().id),
    );
    const answer = await call(await serve(app), '/stock', { method: 'POST', as: 'orders', body: {} });
    expect(answer.body).toBe('spiffe://prod.test/orders');
  });

  test('does not reach the next request of the same socket', async () => {
    const app = express();
    app.get(
      '/public',
      (request, response) => void response.json([maybeCurrentCaller()?.id, maybeCallerOf(request)?.id]),
    );
    app.use(serviceAuth(world().auth, { atLeast: anyone }));
    app.get('/who', (_request, response) => void response.send(currentCaller().id));
    const port = await serve(app);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const over = (path: string, headers = {}) =>
      new Promise<string>((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port, path, agent, headers }, (answer) => {
          let body = '';
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
          answer.on('end', () => resolve(body));
        })
          .on('error', reject)
          .end();
      });
    expect(await over('/who', { authorization: 'Bearer orders' })).toBe('spiffe://prod.test/orders');
    expect(await over('/public', { authorization: 'Bearer orders' })).toBe('[null,null]');
    expect(await over('/who', { authorization: 'Bearer billing' })).toBe('spiffe://prod.test/billing');
    agent.destroy();
  });

  test('does not outlive the answer, in what a request has started', async () => {
    const app = express();
    const seen: string[] = [];
    const look = (place: string): void => void seen.push(`${place} ${maybeCurrentCaller()?.id ?? 'nobody'}`);
    const started = new EventEmitter();
    app.use(serviceAuth(world().auth, { atLeast: anyone }));
    app.get('/start', (_request, response) => {
      response.once('finish', () => look('finish'));
      // A worker that the first request happens to start: it serves others later.
      const timer = setInterval(() => look('timer'), 1);
      void once(started, 'stop').then(() => clearInterval(timer));
      response.write('one');
      void wait(5).then(() => {
        look('streaming');
        response.end('two');
      });
    });
    expect((await call(await serve(app), '/start', { as: 'orders' })).body).toBe('onetwo');
    await expect.poll(() => seen.at(-1)).toBe('timer nobody');
    const from = seen.indexOf('timer nobody');
    await expect.poll(() => seen.length).toBeGreaterThan(from + 3);
    started.emit('stop');
    expect(new Set(seen.slice(from))).toEqual(new Set(['timer nobody']));
    expect(seen).toContain('streaming spiffe://prod.test/orders');
    expect(seen).toContain('finish spiffe://prod.test/orders');
  });

  test('a property that a handler sets makes no caller', async () => {
    const app = express();
    app.get('/public', (request, response) => {
      Object.assign(request, { caller: { id: 'spiffe://prod.test/orders' }, user: { id: 'x' } });
      expect(() => callerOf(request)).toThrow('mount serviceAuth before the handler');
      response.send(typeof maybeCallerOf(request));
    });
    expect((await call(await serve(app), '/public', { as: 'orders' })).body).toBe('undefined');
  });
});
