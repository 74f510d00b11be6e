import { All, Controller, Options, Put } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import { Allow, ServiceAuthModule } from './index.ts';
import { readers } from './inventory.test-kit.ts';
import { call, create, platforms, serve, world, type Platform } from './nestjs.test-kit.ts';

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
