import {
  All,
  Body,
  Catch,
  Controller,
  Get,
  HttpCode,
  Module,
  NotFoundException,
  Options,
  Param,
  Post,
  Put,
  Req,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { describe, expect, test } from 'vitest';
import {
  Allow,
  callerOf,
  CurrentCaller,
  DeniedException,
  maybeCallerOf,
  Public,
  ServiceAuthModule,
  type Caller,
  type ServiceAuth,
} from './index.ts';
import { call, create, platforms, serve, world, type Platform, type Sent } from './nestjs.test-kit.ts';

const readers = { scope: 'inventory:read' } as const;
const anyone = { caller: 'spiffe://prod.test/**' } as const;

@Controller()
class Inventory {
  @Get('healthz')
  @Public('liveness probe')
  health(): string {
    return 'ok';
  }

  @Get('stock/:sku')
  @Allow(readers)
  find(@Param('sku') sku: string, @CurrentCaller() caller: Caller, @Req() request: object): object {
    return { sku, askedBy: caller.id, same: callerOf(request) === caller };
  }

  @Get('greeting')
  @Allow({ ...anyone, optional: true })
  greet(@CurrentCaller({ optional: true }) caller: Caller | undefined, @Req() request: object): string {
    return `${caller?.id ?? 'anonymous'} ${maybeCallerOf(request)?.id ?? 'anonymous'}`;
  }

  @Get('careless')
  @Allow({ ...anyone, optional: true })
  careless(@CurrentCaller() caller: Caller): string {
    return caller.id;
  }

  @Post('stock')
  @HttpCode(200)
  @Allow(readers)
  write(@Body() body: object): object {
    return body;
  }

  @Get('sold-out')
  @Allow(readers)
  soldOut(): never {
    throw new NotFoundException('sold out');
  }
}

/** The class speaks for its methods, except for those that speak themselves. */
@Controller('reports')
@Allow({ scope: 'billing:write' })
class Reports {
  @Get('daily')
  daily(): string {
    return 'daily';
  }

  @Get('stock')
  @Allow(readers)
  stock(): string {
    return 'stock';
  }

  @Get('schema')
  @Public('documentation')
  schema(): string {
    return 'schema';
  }

  @All('any')
  any(): string {
    return 'any';
  }
}

const inventory = (auth: ServiceAuth = world().auth) => ({
  imports: [ServiceAuthModule.forRoot({ auth })],
  controllers: [Inventory, Reports],
});

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

  test.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['answers rubbish', () => Promise.resolve(undefined as never)],
  ] satisfies [string, ServiceAuth['check']][])('answers 500 when the check %s', async (_title, check) => {
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
    const { Agent } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const port = await start(world().auth);
    let sockets = 0;
    agent.on('free', () => (sockets += 1));
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

describe.each(platforms)('CORS preflights on %s', (platform: Platform) => {
  let reached: string[] = [];

  @Controller()
  class Shop {
    @Options('cart')
    @Allow(readers)
    preflight(): string {
      reached.push('options');
      return 'data';
    }

    @All('anything')
    @Allow(readers)
    anything(): string {
      reached.push('all');
      return 'data';
    }

    @Put('stock')
    @Allow(readers)
    put(): string {
      return 'data';
    }
  }
  const preflight = { origin: 'https://shop.test', 'access-control-request-method': 'PUT' };
  const start = async (corsPreflight?: boolean): Promise<number> => {
    reached = [];
    const options = corsPreflight === undefined ? {} : { corsPreflight };
    return serve(
      await create(platform, {
        imports: [ServiceAuthModule.forRoot({ auth: world().auth, ...options })],
        controllers: [Shop],
      }),
    );
  };

  test.each(['/cart', '/anything', '/stock', '/nowhere'])('of %s are requests like any other', async (path) => {
    const port = await start();
    expect((await call(port, path, { method: 'OPTIONS', headers: preflight })).status).toBe(401);
    expect(reached).toEqual([]);
  });

  test.each(['/cart', '/anything', '/stock', '/nowhere'])(
    'of %s get no body and reach no handler, once opted in',
    async (path) => {
      const port = await start(true);
      const answer = await call(port, path, { method: 'OPTIONS', headers: preflight });
      expect([answer.status, answer.body, reached]).toEqual([204, '', []]);
    },
  );

  test.each([
    ['without Origin', 'OPTIONS', { 'access-control-request-method': 'PUT' }],
    ['without the method it asks for', 'OPTIONS', { origin: 'https://shop.test' }],
    ['with a credential', 'OPTIONS', { ...preflight, authorization: 'Bearer mallory' }],
    ['that are no OPTIONS', 'PUT', preflight],
  ])('%s are none, even when opted in', async (_title, method, headers) => {
    const port = await start(true);
    for (const path of ['/anything', '/nowhere'])
      expect((await call(port, path, { method, headers })).status).toBe(401);
    expect(reached).toEqual([]);
  });
});

test('a guard of an application without the module is not made', async () => {
  @Module({ controllers: [Inventory] })
  class Alone {}
  await expect(create('express', { imports: [Alone] })).rejects.toThrow('ServiceAuthGuard');
});
