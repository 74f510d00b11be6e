import { Controller, Get } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, test } from 'vitest';
import { Allow, describeRoutes, ServiceAuthModule } from './index.ts';
import { Good, readers } from './inventory.test-kit.ts';
import { call, create, serve, world } from './nestjs.test-kit.ts';

describe('describeRoutes', () => {
  @Controller({ path: ['orders', 'sales'], version: '2' })
  @Allow({ scope: 'orders:read' })
  class Orders {
    @Get(['', 'all'])
    list(): void {}
  }
  @Controller()
  class Listeners {
    @MessagePattern({ cmd: 'find' })
    @Allow(readers)
    find(): void {}
  }
  @WebSocketGateway({ path: 'feed/' })
  class Watch {
    @SubscribeMessage('watch')
    @Allow(readers)
    watch(): void {}
  }
  const listed = {
    imports: [ServiceAuthModule.forRoot({ auth: world().auth })],
    controllers: [Good, Orders, Listeners],
    providers: [Watch],
  };

  test('lists every handler with what it declares', async () => {
    const app = await create('express', listed);
    const orders = { access: 'requirement', requirement: { scope: 'orders:read' } };
    expect(describeRoutes(app)).toEqual([
      { method: 'GET', path: '/stock/:sku', access: 'requirement', requirement: readers },
      { method: 'GET', path: '/stock/healthz', access: 'public', reason: 'liveness probe' },
      { method: 'GET', path: '/orders', ...orders },
      { method: 'GET', path: '/orders/all', ...orders },
      { method: 'GET', path: '/sales', ...orders },
      { method: 'GET', path: '/sales/all', ...orders },
      { method: 'MESSAGE', path: '{"cmd":"find"}', access: 'requirement', requirement: readers },
      { method: 'WEBSOCKET', path: 'watch', access: 'requirement', requirement: readers },
      {
        method: 'WEBSOCKET',
        path: '/feed',
        access: 'requirement',
        requirement: { anyCaller: 'each message is judged by its own handler' },
      },
    ]);
  });

  test('knows the global prefix, and versions in the path', async () => {
    const app = await create('express', { ...listed, providers: [] });
    app.setGlobalPrefix('api');
    app.enableVersioning();
    const paths = describeRoutes(app).map(({ path }) => path);
    expect(paths.slice(0, 4)).toEqual([
      '/api/stock/:sku',
      '/api/stock/healthz',
      '/api/v2/orders',
      '/api/v2/orders/all',
    ]);
    const port = await serve(app);
    expect((await call(port, '/api/v2/orders', { as: 'orders' })).status).toBe(403);
  });
});
