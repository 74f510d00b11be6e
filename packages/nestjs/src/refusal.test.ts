import { Agent } from 'node:http';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { describe, expect, test } from 'vitest';
import { DeniedException, type ServiceAuth } from './index.ts';
import { inventory } from './inventory.test-kit.ts';
import { call, create, platforms, serve, world } from './nestjs.test-kit.ts';

/** Answers everything in its own way, as filters of applications do. */
@Catch()
class OwnFilter implements ExceptionFilter {
  static seen: unknown[] = [];
  readonly #host: HttpAdapterHost | undefined;

  constructor(host?: HttpAdapterHost) {
    this.#host = host;
  }

  catch(exception: unknown, host: ArgumentsHost): void {
    OwnFilter.seen.push(exception);
    const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: object): void } }>();
    if (this.#host === undefined) response.status(418).send({ own: true });
    else this.#host.httpAdapter.reply(response, { own: true }, 418);
  }
}

describe.each(
  platforms.flatMap((platform) => [
    [platform, 'the filter of Nest', 'none'] as const,
    [platform, 'a filter that uses the response', 'response'] as const,
    [platform, 'a filter that uses the adapter', 'adapter'] as const,
  ]),
)('a refusal on %s, with %s', (platform, _title, filter) => {
  async function start(auth: ServiceAuth): Promise<number> {
    OwnFilter.seen = [];
    const app = await create(platform, inventory(auth));
    if (filter === 'response') app.useGlobalFilters(new OwnFilter());
    if (filter === 'adapter') app.useGlobalFilters(new OwnFilter(app.get(HttpAdapterHost)));
    return serve(app);
  }

  test.each(['/stock/42', '/nowhere'])(
    'of %s is status, challenge and problem document, byte by byte',
    async (path) => {
      const { auth, events } = world();
      const port = await start(auth);
      const answer = await call(port, path, { as: 'mallory' });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers.etag).toBeUndefined();
      expect(JSON.parse(answer.body)).toEqual({
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'The token was rejected.',
        trace_id: events[0]?.trace_id,
      });
      const head = await call(port, path, { method: 'HEAD' });
      expect([head.status, head.body]).toEqual([401, '']);
      expect(head.headers['content-type']).toBe('application/problem+json');
    },
  );

  test('reaches the filter as one exception that says no more than the answer', async () => {
    const { auth, events } = world();
    const port = await start(auth);
    const answer = await call(port, '/stock/42', { as: 'billing' });
    expect(answer.status).toBe(403);
    expect(events.map((event) => event['event.reason'])).toEqual(['SCOPE_INSUFFICIENT']);
    if (filter === 'none') return;
    const [exception] = OwnFilter.seen as [DeniedException];
    expect(OwnFilter.seen.length).toBe(1);
    expect(exception).toBeInstanceOf(DeniedException);
    expect([exception.getStatus(), exception.getResponse()]).toEqual([403, JSON.parse(answer.body)]);
    expect(JSON.stringify(exception)).not.toContain('SCOPE_INSUFFICIENT');
  });

  test('leaves the connection open for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const port = await start(world().auth);
    expect((await call(port, '/stock/42', { agent })).status).toBe(401);
    expect((await call(port, '/stock/42', { agent, as: 'orders' })).status).toBe(200);
    expect((await call(port, '/stock/42', { agent, as: 'billing' })).status).toBe(403);
    expect((await call(port, '/healthz', { agent })).status).toBe(200);
    expect(Object.values(agent.freeSockets).flat().length).toBe(1);
    agent.destroy();
  });
});

test.each(platforms)('on %s, headers that stood before a refusal stay, such as those of CORS', async (platform) => {
  const app = await create(platform, inventory());
  app.enableCors({ origin: 'https://shop.test' });
  const port = await serve(app);
  for (const path of ['/stock/42', '/nowhere']) {
    const answer = await call(port, path, { headers: { origin: 'https://shop.test' } });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([401, 'https://shop.test']);
  }
});
