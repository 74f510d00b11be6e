/** Classes that extend others: a requirement is inherited, and what a class opened stays what was written in it. */
import { Controller, Get } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { expect, test } from 'vitest';
import { Allow, ConfigurationError, Public, ServiceAuthModule } from './index.ts';
import { call, create, platforms, serve, world } from './nestjs.test-kit.ts';

const readers = { scope: 'inventory:read' } as const;

@Public('documentation')
class Docs {
  @Get('docs')
  docs(): string {
    return 'docs';
  }

  @Get('index')
  index(): string {
    return 'index';
  }
}

@Allow(readers)
class Stock {
  @Get('stock')
  stock(): string {
    return 'stock';
  }
}

@Controller('reader')
class Reader extends Docs {}

@Controller('admin')
class Admin extends Docs {
  @Get('secret')
  secret(): string {
    return 'secret';
  }

  @Get('index')
  override index(): string {
    return 'the index of the administrator';
  }
}

@Controller('deep')
class Deep extends Admin {}

@Controller('said')
@Allow(readers)
class Said extends Docs {
  @Get('secret')
  secret(): string {
    return 'secret';
  }
}

@Controller('more')
class MoreStock extends Stock {
  @Get('more')
  more(): string {
    return 'more';
  }
}

@WebSocketGateway({ path: '/news' })
@Public('news')
class News {}

@WebSocketGateway({ path: '/desk' })
class Desk extends News {
  handleConnection(): string {
    return 'secret';
  }
}

test('handlers of a class that extends a public one are undeclared, unless the class says something itself', async () => {
  const controllers = [Reader, Admin, Deep, Said, MoreStock];
  const module = { imports: [ServiceAuthModule.forRoot({ auth: world().auth })], controllers, providers: [News, Desk] };
  const error: unknown = await create('express', module).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  expect((error as ConfigurationError).faults.map(({ option }) => option).toSorted()).toEqual([
    'Admin.index',
    'Admin.secret',
    'Deep.index',
    'Deep.secret',
    'Desk.handleConnection',
  ]);
});

test.each(platforms)('what is inherited holds on %s', async (platform) => {
  const app = await create(platform, {
    imports: [ServiceAuthModule.forRoot({ auth: world().auth })],
    controllers: [Reader, Said, MoreStock],
  });
  const port = await serve(app);
  const statusOf = async (path: string, as?: string) =>
    (await call(port, path, { ...(as !== undefined && { as }) })).status;
  expect(await statusOf('/reader/docs')).toBe(200);
  for (const path of ['/said/docs', '/said/secret', '/more/stock', '/more/more']) {
    expect([path, await statusOf(path), await statusOf(path, 'billing'), await statusOf(path, 'orders')]).toEqual([
      path,
      401,
      403,
      200,
    ]);
  }
});
