import { Controller, Get, Injectable, Module, Post, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, test } from 'vitest';
import {
  Allow,
  ConfigurationError,
  Public,
  ServiceAuthModule,
  type ConfigurationFault,
  type Requirement,
} from './index.ts';
import { Good, readers } from './inventory.test-kit.ts';
import { call, create, platforms, serve, world } from './nestjs.test-kit.ts';

/** What @nestjs/graphql notes on resolvers; the package is not needed for it. */
function Resolve(type: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata('graphql:resolver_type', type, descriptor.value as object);
    Reflect.defineMetadata('graphql:resolver_name', undefined, descriptor.value as object);
  };
}

async function faultsOf(starting: Promise<unknown>): Promise<readonly ConfigurationFault[]> {
  const error: unknown = await starting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return [];
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).faults;
}

const module = (): DynamicModule => ServiceAuthModule.forRoot({ auth: world().auth });

@Controller('forgetful')
class Forgetful {
  @Get()
  @Allow(readers)
  find(): string {
    return 'data';
  }

  @Get('other')
  other(): string {
    return 'data';
  }

  @Post()
  write(): string {
    return 'data';
  }

  notARoute(): string {
    return 'data';
  }
}

@Controller()
class Messages {
  @MessagePattern('stock.find')
  find(): string {
    return 'data';
  }

  @EventPattern('stock.changed')
  changed(_data: object): void {}
}

@WebSocketGateway({ path: '/feed' })
class Feed {
  @SubscribeMessage('watch')
  watch(): string {
    return 'data';
  }
}

@WebSocketGateway()
class Ticker {
  handleConnection(): void {}
}

@Injectable()
class Resolvers {
  @Resolve('Query')
  stock(): string {
    return 'data';
  }

  @Resolve('Subscription')
  @Allow(readers)
  changes(): string {
    return 'data';
  }
}

describe.each(platforms)('an application on %s does not boot', (platform) => {
  test('with handlers that declare nothing, and says which', async () => {
    const starting = create(platform, {
      imports: [module()],
      controllers: [Good, Forgetful, Messages],
      providers: [Feed, Ticker, Resolvers],
    });
    const faults = await faultsOf(starting);
    expect(faults.map(({ option }) => option)).toEqual([
      'Forgetful.other',
      'Forgetful.write',
      'Messages.find',
      'Messages.changed',
      'Feed.watch',
      'Ticker.handleConnection',
      'Resolvers.stock',
    ]);
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['CONFIG_ROUTE_UNDECLARED']));
  });

  test('when the declaration of one route is taken away', async () => {
    const build = (guard: boolean): Promise<unknown> => {
      @Controller()
      class Inventory {
        find(): string {
          return 'data';
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(Inventory.prototype, 'find') as PropertyDescriptor;
      Get('stock')(Inventory.prototype, 'find', descriptor);
      if (guard) Allow(readers)(Inventory.prototype, 'find', descriptor);
      return create(platform, { imports: [module()], controllers: [Good, Inventory] });
    };
    expect(await faultsOf(build(true))).toEqual([]);
    expect((await faultsOf(build(false))).map(({ code, option }) => [code, option])).toEqual([
      ['CONFIG_ROUTE_UNDECLARED', 'Inventory.find'],
    ]);
  });

  test('with faulty declarations, all told at once', async () => {
    @Controller()
    class Faulty {
      @Get('a')
      @Public(' ')
      blank(): void {}

      @Get('b')
      @Allow({ scpoe: 'a', tenant: 7 } as unknown as Requirement)
      misspelt(): void {}

      @Get('c')
      @Allow(readers)
      @Public('both')
      both(): void {}

      @Get('d')
      @Allow(undefined as unknown as Requirement)
      nothing(): void {}
    }
    const faults = await faultsOf(create(platform, { imports: [module()], controllers: [Faulty] }));
    expect(faults.map(({ code, option }) => [code, option])).toEqual([
      ['CONFIG_INVALID', 'Faulty.blank'],
      ['CONFIG_UNKNOWN_OPTION', 'Faulty.misspelt scpoe'],
      ['CONFIG_INVALID', 'Faulty.misspelt tenant'],
      ['CONFIG_CONFLICT', 'Faulty.both'],
      ['CONFIG_MISSING', 'Faulty.nothing requirement'],
    ]);
  });

  test('with two modules: which of them counts would be chance', async () => {
    const faults = await faultsOf(create(platform, { imports: [module(), module()], controllers: [Good] }));
    expect(faults.map(({ code, option }) => [code, option])).toEqual([['CONFIG_CONFLICT', 'ServiceAuthModule']]);
  });

  test.each([
    ['without a service', {}, ['auth']],
    ['with something else for a service', { auth: {} }, ['auth']],
    ['with a misspelt option', { auth: world().auth, corsPreflights: true }, ['corsPreflights']],
    ['with an option of another type', { auth: world().auth, corsPreflight: 'yes' }, ['corsPreflight']],
    ['with several faults', { corsPreflight: 1, x: 1 }, ['x', 'auth', 'corsPreflight']],
    ['with no options', undefined, ['auth']],
  ])('%s', async (_title, options, names) => {
    const given = options as never;
    for (const configured of [
      ServiceAuthModule.forRoot(given),
      ServiceAuthModule.forRootAsync({ useFactory: async () => given }),
    ]) {
      const faults = await faultsOf(create(platform, { imports: [configured], controllers: [Good] }));
      expect(faults.map(({ option }) => option)).toEqual(names);
    }
  });
});

test('refuses a server whose parser lets smuggled requests in', async () => {
  const app = await create('express', { imports: [module()], controllers: [Good] });
  Object.assign(app.getHttpServer() as object, { insecureHTTPParser: true });
  expect((await faultsOf(app.init())).map(({ code, option }) => [code, option])).toEqual([
    ['CONFIG_UNSAFE', 'insecureHTTPParser'],
  ]);
});

test('refuses a server that resumes sessions of unverified clients', async () => {
  const httpsOptions = { requestCert: true, rejectUnauthorized: false };
  const app = await create('express', { imports: [module()], controllers: [Good] }, { httpsOptions });
  expect((await faultsOf(app.init())).map(({ option }) => option)).toContain('rejectUnauthorized');
});

test('a gateway on a port of its own must be public: its handshakes pass by', async () => {
  @WebSocketGateway(0xbeef)
  class Alone {
    @SubscribeMessage('watch')
    @Allow(readers)
    watch(): void {}
  }
  const faults = await faultsOf(create('express', { imports: [module()], providers: [Alone] }));
  expect(faults.map(({ code, option }) => [code, option])).toEqual([['CONFIG_UNSAFE', 'Alone']]);
});

describe('a hybrid application', () => {
  test('does not even listen with its microservice when a message handler declares nothing', async () => {
    const starting = create('express', { imports: [module()], controllers: [Good, Messages] }).then((app) => {
      app.connectMicroservice<MicroserviceOptions>({ transport: Transport.TCP, options: { port: 0 } });
      return app.startAllMicroservices();
    });
    expect((await faultsOf(starting)).map(({ option }) => option)).toEqual(['Messages.find', 'Messages.changed']);
  });

  test('that is a microservice alone is held to the same', async () => {
    @Module({ imports: [module()], controllers: [Messages] })
    class Alone {}
    const starting = NestFactory.createMicroservice<MicroserviceOptions>(Alone, {
      transport: Transport.TCP,
      options: { port: 0 },
      logger: false,
      abortOnError: false,
    });
    expect((await faultsOf(starting)).map(({ option }) => option)).toEqual(['Messages.find', 'Messages.changed']);
  });
});

test('handlers inherited from a class are held to what the class says they are', async () => {
  class Base {
    @Get('inherited')
    inherited(): string {
      return 'data';
    }
  }
  @Controller('bare')
  class Bare extends Base {}
  @Controller('guarded')
  @Allow(readers)
  class Guarded extends Base {}
  const faults = await faultsOf(create('express', { imports: [module()], controllers: [Bare, Guarded] }));
  expect(faults.map(({ option }) => option)).toEqual(['Bare.inherited']);
  const port = await serve(await create('express', { imports: [module()], controllers: [Guarded] }));
  expect((await call(port, '/guarded/inherited')).status).toBe(401);
  expect((await call(port, '/guarded/inherited', { as: 'orders' })).status).toBe(200);
});

test('an application with @Allow and without the module does not start, and is told what to import', async () => {
  @Module({ controllers: [Good] })
  class WithoutModule {}
  const starting = NestFactory.create(WithoutModule, { abortOnError: false, logger: false });
  await expect(starting).rejects.toThrow('import ServiceAuthModule.forRoot({ auth }) in the root module');
});

test('closes the service with the application', async () => {
  let closed = 0;
  const auth = { ...world().auth, close: async () => void (closed += 1) };
  const app = await create('express', { imports: [ServiceAuthModule.forRoot({ auth })], controllers: [Good] });
  await app.init();
  await app.close();
  expect(closed).toBe(1);
});

test('takes its options from the container', async () => {
  const token = Symbol('settings');
  @Module({ providers: [{ provide: token, useValue: world() }], exports: [token] })
  class Settings {}
  const configured = ServiceAuthModule.forRootAsync({
    imports: [Settings],
    inject: [token],
    useFactory: ({ auth }: ReturnType<typeof world>) => ({ auth }),
  });
  const port = await serve(await create('express', { imports: [configured], controllers: [Good] }));
  expect((await call(port, '/stock/42')).status).toBe(401);
  expect((await call(port, '/stock/42', { as: 'orders' })).status).toBe(200);
});
