import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'node:http';
import { Controller, Get, Injectable, Param, Scope, Sse, type MessageEvent } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createTestAuth, testCaller } from '@countersign/testing';
import { interval, map, take, type Observable } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Allow,
  callerOf,
  CurrentCaller,
  currentCaller,
  maybeCallerOf,
  maybeCurrentCaller,
  Public,
  ServiceAuthModule,
  type Caller,
} from './index.ts';
import { call, create, platforms, serve, world } from './nestjs.test-kit.ts';

const anyone = { caller: 'spiffe://prod.test/**' } as const;

@Injectable()
class Clerk {
  async ask(): Promise<string> {
    await wait(1);
    await new Promise<void>((resolve) => setImmediate(resolve));
    return currentCaller().id;
  }
}

/** Made anew for each request: Nest builds guards and handlers of such controllers in another way. */
@Controller({ path: 'scoped', scope: Scope.REQUEST })
class Scoped {
  @Get()
  @Allow(anyone)
  find(@CurrentCaller() caller: Caller): string {
    return `${caller.id} ${maybeCurrentCaller()?.id}`;
  }
}

const clerk = new Clerk();

/** What a request starts, and what that sees. */
const background: { seen: string[]; timer: NodeJS.Timeout | undefined } = { seen: [], timer: undefined };

@Controller()
class Desk {
  @Get('slow/:name')
  @Allow(anyone)
  async slow(@CurrentCaller() caller: Caller, @Param('name') name: string): Promise<object> {
    return {
      name,
      parameter: caller.id,
      before: currentCaller().id,
      service: await clerk.ask(),
      after: currentCaller().id,
    };
  }

  @Get('public')
  @Public('nobody is checked')
  open(): string {
    return maybeCurrentCaller()?.id ?? 'nobody';
  }

  @Get('start')
  @Allow(anyone)
  async start(): Promise<string> {
    background.timer = setInterval(() => background.seen.push(maybeCurrentCaller()?.id ?? 'nobody'), 1);
    await wait(1);
    return currentCaller().id;
  }

  @Sse('events')
  @Allow(anyone)
  events(): Observable<MessageEvent> {
    return interval(1).pipe(
      take(3),
      map(() => ({ data: maybeCurrentCaller()?.id ?? 'nobody' })),
    );
  }
}

const module = () => ({
  imports: [ServiceAuthModule.forRoot({ auth: world().auth })],
  controllers: [Desk, Scoped],
});

describe.each(platforms)('the context of a request on %s', (platform) => {
  test('is that of its own caller, in handlers and in what they call', async () => {
    const port = await serve(await create(platform, module()));
    const rows = Array.from({ length: 60 }, (_, index) => ['orders', 'slow-orders', 'billing'][index % 3] ?? '');
    const answers = await Promise.all(rows.map((as) => call(port, `/slow/${as}`, { as })));
    for (const [index, { body }] of answers.entries()) {
      const id = `spiffe://prod.test/${rows[index]}`;
      const expected = { name: rows[index], parameter: id, before: id, service: id, after: id };
      expect(JSON.parse(body)).toEqual(expected);
    }
    expect(maybeCurrentCaller()).toBeUndefined();
  });

  test('does not outlive it on the same connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const port = await serve(await create(platform, module()));
    for (let round = 0; round < 3; round += 1) {
      await call(port, '/slow/orders', { as: 'orders', agent });
      expect((await call(port, '/public', { agent })).body).toBe('nobody');
      expect((await call(port, '/slow/x', { agent })).status).toBe(401);
    }
  });

  test('holds in controllers that are made for each request', async () => {
    const port = await serve(await create(platform, module()));
    const id = 'spiffe://prod.test/orders';
    expect((await call(port, '/scoped', { as: 'orders' })).body).toBe(`${id} ${id}`);
    expect((await call(port, '/scoped')).status).toBe(401);
  });

  test('does not outlive the answer, in what a request has started', async () => {
    background.seen = [];
    const port = await serve(await create(platform, module()));
    expect((await call(port, '/start', { as: 'orders' })).body).toBe('spiffe://prod.test/orders');
    onTestFinished(() => clearInterval(background.timer));
    await expect.poll(() => background.seen.at(-1)).toBe('nobody');
  });

  test('holds in a stream of events', async () => {
    const port = await serve(await create(platform, module()));
    const { body } = await call(port, '/events', { as: 'orders' });
    expect(body.match(/spiffe:\/\/prod\.test\/orders/g)?.length).toBe(3);
    expect((await call(port, '/events')).status).toBe(401);
  });
});

test('callerOf believes no property that somebody set', () => {
  const request = { raw: { caller: testCaller() }, caller: testCaller() };
  expect(maybeCallerOf(request)).toBeUndefined();
  expect(() => callerOf(request)).toThrow('was not checked');
});

describe.each(platforms)('the testing module on %s', (platform) => {
  test('takes a service of @countersign/testing, and the requirements decide as in production', async () => {
    const auth = createTestAuth({ caller: testCaller({ id: 'spiffe://prod.test/orders' }) });
    const built = await Test.createTestingModule({
      imports: [ServiceAuthModule.forRoot({ auth })],
      controllers: [Desk],
    }).compile();
    const app =
      platform === 'express' ? built.createNestApplication() : built.createNestApplication(new FastifyAdapter());
    onTestFinished(() => app.close());
    const port = await serve(app);
    expect(JSON.parse((await call(port, '/slow/x')).body)).toMatchObject({ parameter: 'spiffe://prod.test/orders' });
    auth.as(testCaller({ id: 'spiffe://elsewhere.test/orders' }));
    expect((await call(port, '/slow/x')).status).toBe(403);
    // Its callers come by certificate, which has no challenge: a missing one is a 403.
    auth.as(undefined);
    expect((await call(port, '/slow/x')).status).toBe(403);
    expect((await call(port, '/nowhere')).status).toBe(403);
  });

  test('refuses what declares nothing, like the application', async () => {
    @Controller()
    class Forgetful {
      @Get()
      find(): void {}
    }
    const imports = [ServiceAuthModule.forRoot({ auth: createTestAuth() })];
    const building = Test.createTestingModule({ imports, controllers: [Forgetful] }).compile();
    await expect(building).rejects.toThrow('Forgetful.find');
  });
});
