/** Kinds of execution contexts beside HTTP, WebSocket and gRPC. */
import { createConnection } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Injectable, Req, type ExecutionContext, type INestApplication } from '@nestjs/common';
import { ExternalContextCreator, ModuleRef } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Allow,
  CurrentCaller,
  DeniedException,
  maybeCurrentCaller,
  Public,
  ServiceAuthGuard,
  ServiceAuthModule,
  type Caller,
  type ServiceAuth,
} from './index.ts';
import { call, create, platforms, serve, world } from './nestjs.test-kit.ts';

const readers = { scope: 'inventory:read' } as const;
const anyone = { caller: 'spiffe://prod.test/**' } as const;
let reached: string[] = [];

function Resolve(type: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata('graphql:resolver_type', type, descriptor.value as object);
    Reflect.defineMetadata('graphql:resolver_name', undefined, descriptor.value as object);
  };
}

/** Resolvers, called as @nestjs/graphql calls them: through the external context of Nest, with root, arguments, context and info. */
@Injectable()
class Resolvers {
  @Resolve('Query')
  @Allow(readers)
  stock(_root: unknown, _given: unknown, _shared: unknown, _info: unknown): unknown {
    return { context: maybeCurrentCaller()?.id };
  }

  @Resolve('Query')
  @Allow({ scope: 'billing:write' })
  bills(): string {
    return 'data';
  }

  @Resolve('Query')
  @Allow({ ...anyone, optional: true })
  greeting(): string {
    return maybeCurrentCaller()?.id ?? 'anonymous';
  }

  @Resolve('Query')
  @Public('the schema is public')
  version(): string {
    return '1';
  }
}

type Field = (root: unknown, given: unknown, shared: unknown, info: unknown) => Promise<unknown>;

function fieldOf(app: INestApplication, name: keyof Resolvers): Field {
  const resolvers = app.get(Resolvers);
  const creator = app.get(ExternalContextCreator, { strict: false });
  const options = { guards: true, interceptors: true, filters: false };
  return creator.create(
    resolvers,
    resolvers[name],
    name,
    undefined,
    undefined,
    undefined,
    undefined,
    options,
    'graphql',
  );
}

describe.each(platforms)('GraphQL on %s', (platform) => {
  /** Serves the fields named in the path, in one request, with the context as a GraphQL server would make it. */
  async function start(auth: ServiceAuth, contextOf: (request: object) => unknown): Promise<number> {
    @Controller()
    class Endpoint {
      static app: INestApplication;

      @Get('graphql/:fields')
      @Public('each field is guarded')
      async answer(@Req() request: { readonly params: { readonly fields: string } }): Promise<unknown[]> {
        const shared = contextOf(request);
        const names = request.params.fields.split(',') as (keyof Resolvers)[];
        const settled = await Promise.allSettled(names.map((name) => fieldOf(Endpoint.app, name)({}, {}, shared, {})));
        return settled.map((one) => {
          if (one.status === 'fulfilled') return one.value;
          const denied = one.reason as DeniedException;
          return { denied: denied instanceof DeniedException, status: denied.getStatus(), message: denied.message };
        });
      }
    }
    Endpoint.app = await create(platform, {
      imports: [ServiceAuthModule.forRoot({ auth })],
      controllers: [Endpoint],
      providers: [Resolvers],
    });
    return serve(Endpoint.app);
  }

  const id = 'spiffe://prod.test/orders';
  const missing = { denied: true, status: 401, message: 'This request needs a credential.' };
  const rejected = { denied: true, status: 401, message: 'The token was rejected.' };
  const noScope = { denied: true, status: 403, message: 'The token does not carry the scope this needs.' };
  test.each([
    ['a good token', 'stock', 'orders', { context: id }],
    ['no credential', 'stock', undefined, missing],
    ['a bad token', 'stock', 'mallory', rejected],
    ['a token without the scope', 'bills', 'orders', noScope],
    ['an optional field with nothing', 'greeting', undefined, 'anonymous'],
    ['an optional field with a bad token', 'greeting', 'mallory', rejected],
    ['an optional field with a good token', 'greeting', 'orders', id],
    ['a public field with a bad token', 'version', 'mallory', '1'],
  ])('%s', async (_title, field, as, expected) => {
    for (const contextOf of [
      (req: object) => ({ req }),
      (request: object) => ({ request }),
      (request: object) => ({ extra: { request } }),
    ]) {
      const port = await start(world().auth, contextOf);
      const answer = await call(port, `/graphql/${field}`, as === undefined ? {} : { as });
      expect(JSON.parse(answer.body)).toEqual([expected]);
    }
  });

  test.each([
    ['without a request', () => ({})],
    ['that is missing', () => undefined],
    ['with a forged request', () => ({ req: { headers: { authorization: 'Bearer orders' } } })],
  ])('a context %s is denied, even where nobody is needed', async (_title, contextOf) => {
    const port = await start(world().auth, contextOf);
    const answer = await call(port, '/graphql/stock,greeting', { as: 'orders' });
    expect(JSON.parse(answer.body)).toEqual([missing, missing]);
  });

  test('decides for each field, once, in events of one request', async () => {
    const { auth, events } = world();
    const port = await start(auth, (req) => ({ req }));
    const answer = await call(port, '/graphql/stock,bills,greeting,version', { as: 'orders' });
    expect(JSON.parse(answer.body)).toEqual([{ context: id }, noScope, id, '1']);
    expect(
      events.map((event) => event['rpc.method']).sort((one, other) => String(one).localeCompare(String(other))),
    ).toEqual(['Resolvers.bills', 'Resolvers.greeting', 'Resolvers.stock']);
    expect(new Set(events.map((event) => event['request.id'])).size).toBe(1);
  });
});

@Controller()
class Messages {
  @MessagePattern('find')
  @Allow(readers)
  find(): string {
    reached.push('find');
    return maybeCurrentCaller()?.id ?? 'nobody';
  }

  @MessagePattern('greet')
  @Allow({ ...anyone, optional: true })
  greet(@CurrentCaller({ optional: true }) caller: Caller | undefined): string {
    reached.push('greet');
    return caller?.id ?? 'anonymous';
  }

  @MessagePattern('ping')
  @Public('liveness probe')
  ping(): string {
    return 'pong';
  }

  @EventPattern('changed')
  @Allow(readers)
  changed(_data: object): void {
    reached.push('changed');
  }
}

describe('a hybrid application with TCP, whose global guards do not reach the microservice', () => {
  async function start(auth: ServiceAuth) {
    reached = [];
    const app = await create('express', { imports: [ServiceAuthModule.forRoot({ auth })], controllers: [Messages] });
    const service = app.connectMicroservice<MicroserviceOptions>({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: 0 },
    });
    await app.startAllMicroservices();
    const { port } = service.unwrap<{ address(): AddressInfo }>().address();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    onTestFinished(() => void client.close());
    return { port, ask: (pattern: string) => lastValueFrom(client.send<unknown, object>(pattern, {})) };
  }

  test('refuses every message, because no credential can be read', async () => {
    const { auth, events } = world();
    const { ask } = await start(auth);
    const refusal = { status: 401, detail: 'This request needs a credential.', code: 16 };
    await expect(ask('find')).rejects.toMatchObject(refusal);
    await expect(ask('greet')).rejects.toMatchObject(refusal);
    expect(await ask('ping')).toBe('pong');
    expect(reached).toEqual([]);
    expect(events.map((event) => [event['event.reason'], event['messaging.operation.name']])).toEqual([
      ['CREDENTIAL_MISSING', 'Messages.find'],
      ['CREDENTIAL_MISSING', 'Messages.greet'],
    ]);
  });

  test('refuses events, and goes on', async () => {
    const { auth, events } = world();
    const { port, ask } = await start(auth);
    const socket = createConnection(port, '127.0.0.1');
    const packet = JSON.stringify({ pattern: 'changed', data: { getPath: 'x', metadata: { get: 'y' } } });
    socket.end(`${packet.length}#${packet}`);
    await new Promise((resolve) => socket.on('close', resolve));
    expect(await ask('ping')).toBe('pong');
    await expect.poll(() => events.length).toBe(1);
    expect(reached).toEqual([]);
  });
});

describe('a kind of context nobody knows', () => {
  class Bot {
    @Allow({ ...anyone, optional: true })
    guarded(): void {}

    @Public('help is for everybody')
    help(): void {}

    forgotten(): void {}
  }
  const execution = (name: 'guarded' | 'help' | 'forgotten', given: readonly unknown[] = []): ExecutionContext =>
    ({
      getType: () => 'bot',
      getClass: () => Bot,
      getHandler: () => Bot.prototype[name],
      getArgs: () => given,
      getArgByIndex: (index: number) => given[index],
    }) as unknown as ExecutionContext;

  test.each([
    ['guarded', []],
    ['guarded', [{ req: { headers: { authorization: 'Bearer orders' } } }]],
    ['forgotten', []],
  ] as const)('is denied: %s', async (name, given) => {
    const app = await create('express', { imports: [ServiceAuthModule.forRoot({ auth: world().auth })] });
    const guard = await app.get(ModuleRef).create(ServiceAuthGuard);
    await expect(guard.canActivate(execution(name, given))).rejects.toThrow(DeniedException);
  });

  test('passes where it is public', async () => {
    const app = await create('express', { imports: [ServiceAuthModule.forRoot({ auth: world().auth })] });
    const guard = await app.get(ModuleRef).create(ServiceAuthGuard);
    expect(await guard.canActivate(execution('help'))).toBe(true);
  });
});
