import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RequestFacts } from '../credential/request-facts.ts';
import { hideForwardedHeaders, takeForwardedHeaders, withoutForwardedHeaders } from './forwarded-headers.ts';
import { requestFactsOf, type NodeRequest } from './request-facts-of.ts';
import { listen } from './tls.test-kit.ts';

const auth = { forwardedHeaders: new Set(['x-forwarded-client-cert', 'client-cert', 'ssl-client-cert']) };
const lines = [
  'Host: a',
  'X-Kept: one',
  'X-Forwarded-Client-Cert: first',
  'x_forwarded_client_cert: second',
  'X-Forwarded_Client-Cert: third',
  'X-Kept: two',
  'client-cert: fourth',
  'Client-Cert: fifth',
  'X-Forwarded-Client-Certs: kept',
  'Connection: close',
];
const taken = [
  ['x-forwarded-client-cert', 'first'],
  ['x_forwarded_client_cert', 'second'],
  ['x-forwarded_client-cert', 'third'],
  ['client-cert', 'fourth'],
  ['client-cert', 'fifth'],
];
const kept = ['host', 'x-kept', 'x-forwarded-client-certs', 'connection'];

/** What a handler sees. */
function seenOf(request: NodeRequest) {
  const {
    headers,
    rawHeaders,
    headersDistinct = {},
  } = request as {
    readonly headers: IncomingMessage['headers'];
    readonly rawHeaders: readonly string[];
    readonly headersDistinct?: object;
  };
  return { headers: { ...headers }, distinct: { ...headersDistinct }, raw: [...rawHeaders] };
}

interface Seen extends ReturnType<typeof seenOf> {
  readonly facts: RequestFacts;
}

/** Sends a request, and answers what its handler saw. */
async function send(server: Server, ...head: readonly string[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  server.on('request', (request: IncomingMessage, response) => {
    seen.push({ ...seenOf(request), facts: requestFactsOf(request) });
    response.end();
  });
  const port = await listen(server);
  const socket = connect(port, '127.0.0.1').resume();
  socket.write(['GET / HTTP/1.1', ...head, '', ''].join('\r\n'));
  await once(socket, 'close');
  server.close();
  return seen;
}

describe('headers of a proxy', () => {
  test.each<readonly [string, (request: IncomingMessage) => void]>([
    ['before anybody read them', () => {}],
    ['after the headers were read', (request) => void request.headers.host],
    ['after the distinct headers were read', (request) => void request.headersDistinct],
  ])('are taken off, in every spelling and wherever Node keeps them: %s', async (_case, before) => {
    const server = createServer();
    server.on('request', (request) => {
      before(request);
      takeForwardedHeaders(auth, request);
    });
    const [seen] = await send(server, ...lines);
    expect(Object.keys(seen?.headers ?? {}).toSorted()).toEqual(kept.toSorted());
    expect(Object.keys(seen?.distinct ?? {}).toSorted()).toEqual(kept.toSorted());
    expect(seen?.headers).toMatchObject({ 'x-kept': 'one, two', 'x-forwarded-client-certs': 'kept' });
    expect(seen?.distinct).toMatchObject({ 'x-kept': ['one', 'two'] });
    expect(seen?.raw).toEqual([
      'Host',
      'a',
      'X-Kept',
      'one',
      'X-Kept',
      'two',
      'X-Forwarded-Client-Certs',
      'kept',
      'Connection',
      'close',
    ]);
    expect(seen?.facts.forwardedLines).toEqual(taken);
    expect(seen?.facts.header('x-forwarded-client-cert')).toEqual([]);
    expect(seen?.facts.header('x-kept')).toEqual(['one', 'two']);
  });

  test('are left alone where no proxy is trusted', async () => {
    const server = createServer();
    server.on('request', (request) => takeForwardedHeaders({ forwardedHeaders: undefined }, request));
    const [seen] = await send(server, ...lines);
    expect(seen?.headers['client-cert']).toBe('fourth, fifth');
    expect(seen?.facts.forwardedLines).toBeUndefined();
  });

  test('that are not there leave the request as it is', async () => {
    const server = createServer();
    server.on('request', (request) => takeForwardedHeaders(auth, request));
    const [seen] = await send(server, 'Host: a', 'Connection: close');
    expect(seen?.raw).toEqual(['Host', 'a', 'Connection', 'close']);
    expect(seen?.facts.forwardedLines).toEqual([]);
  });

  test('are taken once, and a second service may look for more', async () => {
    const server = createServer();
    const second = { forwardedHeaders: new Set(['x-kept']) };
    server.on('request', (request) => {
      for (const service of [auth, auth, second, second]) takeForwardedHeaders(service, request);
    });
    const [seen] = await send(server, ...lines);
    expect(seen?.facts.forwardedLines).toEqual([...taken, ['x-kept', 'one'], ['x-kept', 'two']]);
    expect(Object.keys(seen?.headers ?? {})).not.toContain('x-kept');
  });

  test('are taken off by a middleware as well', async () => {
    const server = createServer();
    server.on('request', (request, response) => withoutForwardedHeaders(auth)(request, response, () => {}));
    const [seen] = await send(server, ...lines);
    expect(seen?.facts.forwardedLines).toEqual(taken);
  });

  test('are taken off over HTTP/2', async () => {
    const server = createHttp2();
    const seen: ReturnType<typeof seenOf>[] = [];
    server.on('request', (request, response) => {
      seen.push(seenOf(request));
      response.end();
    });
    hideForwardedHeaders(auth, server);
    const client = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    const stream = client.request({
      ':path': '/',
      'x-forwarded-client-cert': 'first',
      ssl_client_cert: 'x',
      'x-kept': 'one',
    });
    await once(stream.resume(), 'close');
    client.close();
    server.close();
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => !name.startsWith(':'))).toEqual(['x-kept']);
    expect(seen[0]?.raw.filter((_one, at) => at % 2 === 0 && !_one.startsWith(':'))).toEqual(['x-kept']);
  });
});

describe('a server', () => {
  test('takes them off in front of the listeners that it has, once', async () => {
    const server = createServer();
    const early: unknown[] = [];
    server.on('request', (request) => early.push(request.headers['client-cert']));
    hideForwardedHeaders(auth, server);
    hideForwardedHeaders(auth, server);
    expect(server.listenerCount('request')).toBe(2);
    const [seen] = await send(server, ...lines);
    expect(early).toEqual([undefined]);
    expect(seen?.facts.forwardedLines).toEqual(taken);
  });

  test('takes them off upgrades, and does not begin to take upgrades by that', async () => {
    const server = createServer();
    hideForwardedHeaders(auth, server);
    expect(
      ['upgrade', 'connect', 'checkContinue', 'checkExpectation'].map((event) => server.listenerCount(event)),
    ).toEqual([0, 0, 0, 0]);
    const upgrading = createServer();
    const seen: unknown[] = [];
    upgrading.on('upgrade', (request, socket) => {
      seen.push(request.headers['client-cert'], request.headers['x-kept']);
      socket.destroy();
    });
    hideForwardedHeaders(auth, upgrading);
    const socket = connect(await listen(upgrading), '127.0.0.1').resume();
    socket.write(
      ['GET / HTTP/1.1', ...lines.slice(0, -1), 'Connection: Upgrade', 'Upgrade: websocket', '', ''].join('\r\n'),
    );
    await once(socket, 'close');
    upgrading.close();
    expect(seen).toEqual([undefined, 'one, two']);
  });
});

describe('what begins to listen later', () => {
  /** The upgrade listeners of a server that answer with what they saw. */
  const upgrade = async (server: Server): Promise<unknown[]> => {
    const seen: unknown[] = [];
    server.on('upgrade', (request: IncomingMessage, socket) => {
      seen.push(request.headers['client-cert'], request.headers['ssl-client-cert'], request.headers['x-kept']);
      socket.destroy();
    });
    const socket = connect(await listen(server), '127.0.0.1').resume();
    const more = ['SSL-Client-Cert: x', 'Connection: Upgrade', 'Upgrade: websocket'];
    socket.write(['GET / HTTP/1.1', ...lines.slice(0, -1), ...more, '', ''].join('\r\n'));
    await once(socket, 'close');
    return seen;
  };

  test('sees none either, of two services', async () => {
    const server = createServer();
    hideForwardedHeaders({ forwardedHeaders: new Set(['client-cert']) }, server);
    hideForwardedHeaders({ forwardedHeaders: new Set(['ssl-client-cert']) }, server);
    expect(server.eventNames()).not.toContain('upgrade');
    expect(await upgrade(server)).toEqual([undefined, undefined, 'one, two']);
    expect(server.listenerCount('upgrade')).toBe(3);
  });

  test('nor does what takes the place of all that listens', async () => {
    const server = createServer();
    server.on('upgrade', () => {});
    hideForwardedHeaders(auth, server);
    server.removeAllListeners('upgrade');
    expect(await upgrade(server)).toEqual([undefined, undefined, 'one, two']);
  });
});

test('a Unix socket is known as one, and a closed connection is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  const path = join(folder, 'service.sock');
  const facts: (boolean | undefined)[] = [];
  const handler = (request: IncomingMessage, response: { end(): void }): void => {
    facts.push(requestFactsOf(request).isUnixSocket);
    response.end();
  };
  const local = createServer(handler);
  const remote = createServer((request, response) => {
    response.end();
    // A socket that is gone has no address either.
    request.socket.destroy();
    request.socket.once('close', () => facts.push(requestFactsOf(request).isUnixSocket));
  });
  try {
    await new Promise<void>((resolve) => local.listen(path, resolve));
    const outgoing = httpRequest({ socketPath: path, path: '/', agent: false }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    const socket = connect(await listen(remote), '127.0.0.1')
      .on('error', () => {})
      .resume();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'close');
    await expect.poll(() => facts).toEqual([true, undefined]);
  } finally {
    local.close();
    remote.close();
    rmSync(folder, { recursive: true });
  }
});
