import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { callerOfCarrier } from '../enforcement/admission.ts';
import { createServiceAuth } from '../enforcement/create-service-auth.ts';
import { fakeTokens, standingClock, tokenIdentity } from '../enforcement/pipeline.test-kit.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { checkUpgrade, writeUpgradeDenial } from './check-upgrade.ts';
import { listen } from './tls.test-kit.ts';

const requirement = compileRequirement({ scope: 'inventory:read' }, 'websocket /feed');

type Upgraded = (request: IncomingMessage, socket: Duplex) => void;

async function guarded(answer?: (token: string) => Outcome<VerifiedIdentity> | Promise<Outcome<VerifiedIdentity>>) {
  const sink = memorySink();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [fakeTokens(answer)],
    audit: sink,
    clock: standingClock(),
  });
  const letIn: IncomingMessage[] = [];
  const sockets: Duplex[] = [];
  const upgraded: Upgraded = (request, socket) => {
    sockets.push(socket);
    void checkUpgrade(auth, request, { requirement, place: { route: '/feed' } }).then((verdict) => {
      if (verdict.outcome === 'denied') {
        writeUpgradeDenial(socket, verdict);
        return;
      }
      letIn.push(request);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
    });
  };
  const port = await listen(createServer().on('upgrade', upgraded));
  return { port, events: sink.events, admitted: letIn, sockets };
}

function handshake(port: number, ...lines: string[]): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const head = ['GET /feed HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket', ...lines, '', ''];
  socket.write(head.join('\r\n'));
  return socket;
}

async function answerTo(socket: Socket): Promise<string> {
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  await once(socket, 'end');
  socket.destroy();
  return answer;
}

describe('a WebSocket handshake', () => {
  test('of an allowed caller goes on, and its request has the caller', async () => {
    const { port, admitted, events } = await guarded();
    expect(await answerTo(handshake(port, 'Authorization: Bearer good'))).toMatch(/^HTTP\/1\.1 101 /);
    const [one] = admitted;
    if (one === undefined) throw new Error('nobody was let in');
    expect(callerOfCarrier(one).id).toBe(tokenIdentity().workload);
    expect(events).toMatchObject([{ 'event.name': 'authz.allow', 'http.route': '/feed' }]);
  });

  test.each([
    ['without credential', [], 401],
    ['with a bad token', ['Authorization: Bearer bad'], 401],
    ['with two Authorization lines', ['Authorization: Bearer good', 'Authorization: Bearer good'], 400],
    ['with another scheme', ['Authorization: Basic Z29vZA=='], 401],
  ])('%s gets the HTTP answer, and the connection ends', async (_title, lines, status) => {
    const { port, admitted, events } = await guarded();
    const answer = await answerTo(handshake(port, ...lines));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('connection: close');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toMatchObject({ status });
    expect(admitted).toEqual([]);
    expect(events).toHaveLength(1);
  });

  test('of a caller without the scope is refused', async () => {
    const { port } = await guarded(() => accept(tokenIdentity({ scopes: new Set() })));
    expect(await answerTo(handshake(port, 'Authorization: Bearer good'))).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('that is refused does not hold its socket, although the other side never closes', async () => {
    const { port, sockets } = await guarded();
    const socket = handshake(port);
    await once(socket.resume(), 'end');
    const [held] = sockets;
    if (held === undefined) throw new Error('no socket');
    if (!held.destroyed) await once(held, 'close');
    expect(held.destroyed).toBe(true);
    socket.destroy();
  });

  test.each([
    ['refused', () => refuse('TOKEN_SIGNATURE_INVALID', 'signature')],
    ['allowed', () => accept(tokenIdentity())],
  ] as const)('whose connection is reset while it is checked harms nobody: then %s', async (_title, answer) => {
    const gate = new EventEmitter();
    const asked = once(gate, 'asked');
    const { port, sockets, events } = await guarded(async () => {
      gate.emit('asked');
      await once(gate, 'answer');
      return answer();
    });
    const socket = handshake(port, 'Authorization: Bearer good');
    await asked;
    const [held] = sockets;
    if (held === undefined) throw new Error('no socket');
    // Without a listener this error would end the process, and fails the run of the tests.
    const closed = new Promise((resolve) => held.on('close', resolve));
    held.resume();
    socket.resetAndDestroy();
    await closed;
    gate.emit('answer');
    while (events.length === 0) await new Promise((turn) => setImmediate(turn));
    expect(events).toHaveLength(1);
    // The server still serves.
    expect(await answerTo(handshake(port))).toMatch(/^HTTP\/1\.1 401 /);
  });
});
