import websocket, { type WebSocket as ServerSocket } from '@fastify/websocket';
import fastify, { type FastifyRequest } from 'fastify';
import { once, type EventEmitter } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { serve, startOfTest, world } from './fastify.test-kit.ts';
import { callerOf, maybeCallerOf, recheckConnection, serviceAuth } from './index.ts';

const readers = { scope: 'inventory:read' } as const;

async function feed() {
  const { auth, clock, events } = world();
  const app = fastify();
  await app.register(websocket);
  await app.register(serviceAuth, { auth });
  const echo = (socket: ServerSocket, request: FastifyRequest) => {
    socket.on('message', (message: Buffer) => {
      if (!recheckConnection(auth, request, socket)) return;
      socket.send(`${maybeCallerOf(request)?.id ?? 'somebody'} said ${message.toString()}`);
    });
  };
  app.get('/feed', { websocket: true, config: { allow: readers } }, echo);
  app.get('/open', { websocket: true, config: { allow: { ...readers, optional: true } } }, echo);
  app.get('/plain', { config: { allow: readers } }, async (request) => callerOf(request).id);
  return { port: await serve(app), clock, events };
}

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': Buffer.alloc(16).toString('base64'),
};

test.each([
  ['no credential', '/feed', undefined, 401],
  ['a bad token', '/feed', 'mallory', 401],
  ['a token without the scope', '/feed', 'billing', 403],
  ['a bad token where a caller is optional', '/open', 'mallory', 401],
  ['no credential and no such route', '/nowhere', undefined, 401],
])('refuses a handshake with %s over HTTP', async (_title, path, token, status) => {
  const { port, events } = await feed();
  const headers = { ...upgrade, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const sent = httpRequest({ host: '127.0.0.1', port, path, headers }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="spiffe:\/\/prod\.test\/inventory"/);
  expect(JSON.parse(body)).toMatchObject({ status, trace_id: events[0]?.trace_id });
});

interface ClientSocket extends EventEmitter {
  send(text: string): void;
}

/** The client of the `ws` that @fastify/websocket brings: Node 20 has none, and later ones send no headers. */
const requireOfPlugin = createRequire(createRequire(import.meta.url).resolve('@fastify/websocket'));
const Client = requireOfPlugin('ws') as new (url: string, options: { headers: object }) => ClientSocket;

async function open(port: number, path: string, token?: string): Promise<ClientSocket> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new Client(`ws://127.0.0.1:${port}${path}`, { headers });
  await once(socket, 'open');
  return socket;
}

async function answerTo(socket: ClientSocket, text: string): Promise<string> {
  socket.send(text);
  return String((await once(socket, 'message'))[0]);
}

test('answers messages while the caller stands, and closes with 1008 when it does not', async () => {
  const { port, clock, events } = await feed();
  const socket = await open(port, '/feed', 'orders');
  expect(await answerTo(socket, 'one')).toBe('spiffe://prod.test/orders said one');
  clock.at = startOfTest + 59_999;
  expect(await answerTo(socket, 'two')).toBe('spiffe://prod.test/orders said two');
  clock.at = startOfTest + 60_000;
  socket.send('three');
  expect((await once(socket, 'close'))[0]).toBe(1008);
  expect(events).toHaveLength(1);
});

test('keeps a connection open that was let in without a caller', async () => {
  const { port, clock } = await feed();
  const socket = await open(port, '/open');
  clock.at = startOfTest + 3_600_000;
  expect(await answerTo(socket, 'one')).toBe('somebody said one');
});

test('closes a connection that was never checked', () => {
  const codes: number[] = [];
  expect(recheckConnection(world().auth, { raw: {} }, { close: (code) => codes.push(code) })).toBe(false);
  expect(codes).toEqual([1008]);
});
