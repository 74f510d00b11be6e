import { createServer, type IncomingMessage } from 'node:http';
import express from 'express';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { serve, startOfTest, world } from './express.test-kit.ts';
import {
  callerOf,
  checkUpgrade,
  compileRequirement,
  policyViolationCloseCode,
  serviceAuth,
  writeUpgradeDenial,
} from './index.ts';

/** The way of the README: Express never sees an upgrade, so the handshake is checked where `ws` takes it. */
async function feed() {
  const { auth, clock, events } = world();
  const requirement = compileRequirement({ scope: 'inventory:read' }, 'websocket /feed');
  const app = express();
  app.use(serviceAuth(auth, { atLeast: { caller: 'spiffe://prod.test/**' } }));
  const server = createServer(app);
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    void checkUpgrade(auth, request, { requirement, place: { route: '/feed' } }).then((verdict) => {
      if (verdict.outcome === 'denied') writeUpgradeDenial(socket, verdict);
      else
        sockets.handleUpgrade(request, socket, head, (connection) => sockets.emit('connection', connection, request));
    });
  });
  sockets.on('connection', (connection: WebSocket, request: IncomingMessage) => {
    connection.on('message', (message: Buffer) => {
      if (auth.recheck(callerOf(request)).ok) connection.send(`${callerOf(request).id} said ${message.toString()}`);
      else connection.close(policyViolationCloseCode);
    });
  });
  return { port: await serve(server), clock, events };
}

function open(port: number, token?: string): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}/feed`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

test.each([
  ['no credential', undefined, 401],
  ['a bad token', 'mallory', 401],
  ['a token without the scope', 'billing', 403],
])('refuses a handshake with %s over HTTP', async (_title, token, status) => {
  const { port, events } = await feed();
  const socket = open(port, token);
  socket.on('error', () => {});
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="spiffe:\/\/prod\.test\/inventory"/);
  expect(JSON.parse(body)).toMatchObject({ status, trace_id: events[0]?.trace_id });
  expect(events[0]?.['http.route']).toBe('/feed');
});

test('answers messages while the caller stands, and closes with 1008 when it does not', async () => {
  const { port, clock } = await feed();
  const socket = open(port, 'orders');
  await once(socket, 'open');
  socket.send('one');
  expect(String((await once(socket, 'message'))[0])).toBe('spiffe://prod.test/orders said one');
  clock.at = startOfTest + 59_999;
  socket.send('two');
  expect(String((await once(socket, 'message'))[0])).toBe('spiffe://prod.test/orders said two');
  clock.at = startOfTest + 60_000;
  socket.send('three');
  expect((await once(socket, 'close'))[0]).toBe(1008);
});
