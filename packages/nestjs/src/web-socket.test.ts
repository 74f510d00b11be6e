import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  Allow,
  CurrentCaller,
  maybeCallerOf,
  maybeCurrentCaller,
  Public,
  ServiceAuthModule,
  type Caller,
} from './index.ts';
import { call, create, platforms, serve, world, type Platform, type World } from './nestjs.test-kit.ts';

const readers = { scope: 'inventory:read' } as const;
const anyone = { caller: 'spiffe://prod.test/**' } as const;
const connected: (string | undefined)[] = [];

@WebSocketGateway({ path: '/feed' })
class Feed {
  handleConnection(_client: unknown, request: IncomingMessage): void {
    connected.push(maybeCallerOf(request)?.id);
  }

  @SubscribeMessage('watch')
  @Allow(readers)
  watch(@MessageBody() sku: string, @CurrentCaller() caller: Caller): object {
    return { event: 'stock', data: { sku, for: caller.id, context: maybeCurrentCaller()?.id } };
  }

  @SubscribeMessage('bill')
  @Allow({ scope: 'billing:write' })
  bill(): object {
    return { event: 'billed', data: true };
  }
}

@WebSocketGateway({ path: '/lobby' })
class Lobby {
  @SubscribeMessage('greet')
  @Allow({ ...anyone, optional: true })
  greet(@CurrentCaller({ optional: true }) caller: Caller | undefined): object {
    return { event: 'hello', data: caller?.id ?? 'anonymous' };
  }

  @SubscribeMessage('secret')
  @Allow(readers)
  secret(): object {
    return { event: 'secret', data: 42 };
  }
}

@WebSocketGateway({ path: '/billing' })
@Allow({ scope: 'billing:write' })
class Billing {
  handleConnection(client: WebSocket): void {
    client.send(JSON.stringify({ event: 'balance', data: 7 }));
  }
}

@WebSocketGateway({ path: '/shop/till' })
@Allow({ scope: 'billing:write' })
class Till {
  handleConnection(_client: unknown, request: IncomingMessage): void {
    connected.push(request.url);
  }
}

@WebSocketGateway({ path: '/news' })
@Public('anybody may read the news')
class News {
  @SubscribeMessage('read')
  read(): object {
    return { event: 'news', data: 'none' };
  }
}

@Controller()
class Plain {
  @Get('healthz')
  @Public('liveness probe')
  health(): string {
    return 'ok';
  }
}

async function start(platform: Platform, used: World = world()): Promise<number> {
  connected.length = 0;
  const app = await create(platform, {
    imports: [ServiceAuthModule.forRoot({ auth: used.auth })],
    controllers: [Plain],
    providers: [Feed, Lobby, Billing, Till, News],
  });
  app.useWebSocketAdapter(new WsAdapter(app));
  return serve(app);
}

interface Connection {
  say(event: string, data?: unknown): void;
  next(): Promise<unknown>;
  readonly closed: Promise<number>;
}

/** Opens a connection; answers the status and body of the refusal when there is none. */
function open(
  port: number,
  path: string,
  as?: string,
): Promise<Connection | { readonly status: number; readonly body: string }> {
  const headers = as === undefined ? {} : { authorization: `Bearer ${as}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  onTestFinished(() => socket.terminate());
  const heard: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const message: unknown = JSON.parse(data.toString());
    const next = waiting.shift();
    if (next === undefined) heard.push(message);
    else next(message);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    socket.on('error', reject);
    socket.on('open', () =>
      resolve({
        say: (event, data) => socket.send(JSON.stringify({ event, data })),
        next: () => (heard.length > 0 ? Promise.resolve(heard.shift()) : new Promise((settle) => waiting.push(settle))),
        closed,
      }),
    );
  });
}

async function opened(port: number, path: string, as?: string): Promise<Connection> {
  const connection = await open(port, path, as);
  if ('status' in connection) throw new Error(`refused with ${connection.status}`);
  return connection;
}

describe.each(platforms)('gateways on %s', (platform) => {
  test.each([
    ['no credential', '/feed', undefined, 401],
    ['a bad token', '/feed', 'mallory', 401],
    ['a bad token where none is needed', '/lobby', 'mallory', 401],
    ['a caller the class does not name', '/billing', 'orders', 403],
    ['no credential where the class asks for one', '/billing', undefined, 401],
  ])('refuse a handshake with %s', async (_title, path, as, status) => {
    const { auth, events, clock } = world();
    const port = await start(platform, { auth, events, clock });
    const refused = await open(port, path, as);
    expect(refused).toMatchObject({ status });
    expect(JSON.parse((refused as { body: string }).body)).toMatchObject({ status, trace_id: events[0]?.trace_id });
    expect(events.length).toBe(1);
    expect(connected).toEqual([]);
    expect((await call(port, '/healthz')).status).toBe(200);
  });

  test('know the caller of the handshake in each message, as parameter and in the context', async () => {
    const id = 'spiffe://prod.test/orders';
    const feed = await opened(await start(platform), '/feed', 'orders');
    expect(connected).toEqual([id]);
    feed.say('watch', '42');
    expect(await feed.next()).toEqual({ event: 'stock', data: { sku: '42', for: id, context: id } });
  });

  test('judge each message by its own handler, and record each decision', async () => {
    const { auth, events, clock } = world();
    const feed = await opened(await start(platform, { auth, events, clock }), '/feed', 'orders');
    feed.say('watch', '42');
    await feed.next();
    feed.say('bill');
    expect(await feed.next()).toMatchObject({
      event: 'exception',
      data: {
        status: 403,
        detail: 'The token does not carry the scope this needs.',
        trace_id: events.at(-1)?.trace_id,
      },
    });
    expect(events.map((event) => [event['event.name'], event['http.route']])).toEqual([
      ['authz.allow', '/feed'],
      ['authz.allow', 'Feed.watch'],
      ['authz.deny', 'Feed.bill'],
    ]);
    expect(new Set(events.map((event) => event['request.id'])).size).toBe(1);
    // The connection outlives the refusal of one message.
    feed.say('watch', '43');
    expect(await feed.next()).toMatchObject({ event: 'stock' });
  });

  test('let anonymous connections reach what takes nobody, and nothing else', async () => {
    const port = await start(platform);
    const lobby = await opened(port, '/lobby');
    lobby.say('greet');
    expect(await lobby.next()).toEqual({ event: 'hello', data: 'anonymous' });
    lobby.say('secret');
    expect(await lobby.next()).toMatchObject({ event: 'exception', data: { status: 401 } });
    const known = await opened(port, '/lobby', 'orders');
    known.say('greet');
    expect(await known.next()).toEqual({ event: 'hello', data: 'spiffe://prod.test/orders' });
    known.say('secret');
    expect(await known.next()).toEqual({ event: 'secret', data: 42 });
  });

  test('close a connection with 1008 once its caller expired, and handle nothing more', async () => {
    const used = world();
    const feed = await opened(await start(platform, used), '/feed', 'orders');
    feed.say('watch', '42');
    await feed.next();
    used.clock.at += 60_000;
    feed.say('watch', '43');
    expect(await feed.closed).toBe(1008);
    expect(used.events.at(-1)).toMatchObject({ 'event.name': 'authn.failure', 'event.reason': 'TOKEN_EXPIRED' });
  });

  test('speak first only to whom the class names', async () => {
    const billing = await opened(await start(platform), '/billing', 'billing');
    expect(await billing.next()).toEqual({ event: 'balance', data: 7 });
  });

  test('check nothing where everything is public', async () => {
    const { auth, events, clock } = world();
    const news = await opened(await start(platform, { auth, events, clock }), '/news', 'mallory');
    news.say('read');
    expect(await news.next()).toEqual({ event: 'news', data: 'none' });
    expect(events).toEqual([]);
  });

  test('keep two connections apart', async () => {
    const port = await start(platform);
    const [one, other] = [await opened(port, '/lobby', 'orders'), await opened(port, '/lobby', 'billing')];
    for (let round = 0; round < 5; round += 1) {
      one.say('greet');
      other.say('greet');
      expect(await one.next()).toMatchObject({ data: 'spiffe://prod.test/orders' });
      expect(await other.next()).toMatchObject({ data: 'spiffe://prod.test/billing' });
    }
  });

  test('leave paths of nobody to the adapter, which drops them', async () => {
    await expect(open(await start(platform), '/nowhere', 'orders')).rejects.toThrow('socket hang up');
  });

  test.each([
    ['as written', '/shop/till', 'x', 401],
    ['absolute', 'ws://elsewhere/shop/till', 'x', 401],
    ['with dot segments', '/x/../shop/till', 'x', 401],
    // The adapter puts the Host header in front of the target: here the path comes out of both together.
    ['put together from the host and a target that is no path', '*/../till', 'x/shop', 401],
  ])('refuse a handshake whose path is %s', async (_title, target, host, status) => {
    const port = await start(platform);
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const answer = await new Promise((resolve) => socket.once('data', (data: Buffer) => resolve(data.toString())));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(connected).toEqual([]);
  });

  test('survive a stranger who resets the connection during the check', async () => {
    const port = await start(platform);
    for (let round = 0; round < 5; round += 1) {
      const socket = connect(port, '127.0.0.1');
      await new Promise((resolve) => socket.on('connect', resolve));
      socket.write(
        'GET /feed HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer slow-orders\r\n\r\n',
      );
      await new Promise((resolve) => setTimeout(resolve, 2));
      socket.resetAndDestroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await call(port, '/healthz')).status).toBe(200);
  });
});
