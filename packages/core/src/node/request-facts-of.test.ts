import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { RequestFacts } from '../credential/request-facts.ts';
import { takeForwardedHeaders } from './forwarded-headers.ts';
import { requestFactsOf, requestIdOf, type NodeRequest, type RequestPlace } from './request-facts-of.ts';
import { listen } from './tls.test-kit.ts';

/** The facts of a request, written to the socket as it stands here. */
async function factsOf(raw: string | Uint8Array, place?: RequestPlace): Promise<RequestFacts> {
  return (await seenOf(raw, place)).facts;
}

async function seenOf(raw: string | Uint8Array, place?: RequestPlace) {
  const seen: { facts: RequestFacts; request: NodeRequest }[] = [];
  const handler = (request: NodeRequest) => void seen.push({ facts: requestFactsOf(request, place), request });
  const http1 = createServer((request, response) => {
    handler(request);
    response.end();
  });
  const http2 = createHttp2((request, response) => {
    handler(request);
    response.end(() => request.stream.session?.close());
  });
  const port = await listen(typeof raw === 'string' ? http1 : http2);
  const socket = connect(port, '127.0.0.1').resume();
  socket.write(raw);
  await once(socket, 'close');
  const [first] = seen;
  if (first === undefined) throw new Error('no request arrived');
  return first;
}

const get = (...lines: string[]): string =>
  ['GET /stock/42?x=1 HTTP/1.1', 'Host: a', ...lines, 'Connection: close', '', ''].join('\r\n');

/** An HTTP/2 request, written byte by byte: clients refuse to send a field twice. Literal fields, no Huffman code. */
function http2(...fields: readonly (readonly [string, string])[]): Buffer {
  const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const pseudo = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/stock/42'],
    [':authority', 'a'],
  ] as const;
  const block = [...pseudo, ...fields].map(([name, value]) =>
    Buffer.concat([Buffer.from([0]), text(name), text(value)]),
  );
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(4, 0, 0, Buffer.alloc(0)),
    frame(1, 0x05, 1, Buffer.concat(block)),
  ]);
}

describe('the facts of a request', () => {
  test('are what was sent, and nothing of the framework', async () => {
    const facts = await factsOf(get('X-Test: 1'));
    expect(facts).toMatchObject({
      transport: 'http',
      method: 'GET',
      target: '/stock/42?x=1',
      peerAddress: '127.0.0.1',
      isSameHost: true,
    });
    expect(facts).not.toHaveProperty('route');
    expect(facts).not.toHaveProperty('peerCertificate');
    expect(Object.isFrozen(facts)).toBe(true);
  });

  test('have the route and the transport that the adapter saw, and no others', async () => {
    const facts = await factsOf(get('X-Forwarded-Uri: /admin', 'X-Original-Url: /admin', 'Upgrade: nothing'), {
      route: '/stock/:sku',
      transport: 'websocket',
    });
    expect(facts).toMatchObject({ route: '/stock/:sku', transport: 'websocket', target: '/stock/42?x=1' });
  });

  test.each(['/%61dmin', '//admin', '/a/..;/admin', '/admin%2f', '/ADMIN'])(
    'keep the target as it was sent: %s',
    async (path) => {
      expect((await factsOf(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).target).toBe(path);
    },
  );
});

describe('header lines that Node dropped', () => {
  const many = (count: number): string => get(...Array.from({ length: count }, () => 'a:'), 'Authorization: Bearer b');

  /** Later versions of Node answer 431 by themselves, where earlier ones drop lines without a word. */
  const unlessRefused = (raw: string): Promise<RequestFacts | 'refused'> =>
    factsOf(raw).catch((error: unknown) => {
      expect(error).toMatchObject({ message: 'no request arrived' });
      return 'refused';
    });

  test('leave a mark on the facts', async () => {
    for (const count of [1000, 1100, 2500]) {
      const facts = await unlessRefused(many(count));
      expect(facts === 'refused' || facts.headersMayBeCut).toBe(true);
      if (count === 2500 && facts !== 'refused') expect(facts.header('authorization')).toEqual([]);
    }
  });

  test('are none of a request that has fewer, of one to a server with another limit, or over HTTP/2', async () => {
    for (const raw of [get(), many(900), http2()]) expect(await factsOf(raw)).not.toHaveProperty('headersMayBeCut');
  });

  test('count by the limit of the server', async () => {
    for (const [maxHeadersCount, lines, marks] of [
      [20, 10, [undefined]],
      [20, 40, [true, 'refused']],
      [0, 2500, [undefined]],
      [3000, 2500, [undefined]],
    ] as const) {
      let mark: true | 'refused' | undefined = 'refused';
      const server = createServer((request, response) => {
        const forwardedHeaders = new Set(['a']);
        takeForwardedHeaders({ forwardedHeaders }, request);
        mark = requestFactsOf(request).headersMayBeCut;
        response.end();
      });
      server.maxHeadersCount = maxHeadersCount;
      const socket = connect(await listen(server), '127.0.0.1').resume();
      socket.write(many(lines));
      await once(socket, 'close');
      expect(marks).toContain(mark);
    }
  });
});

describe.each(['HTTP/1.1', 'HTTP/2'] as const)('the header fields over %s', (version) => {
  const sent = (...fields: readonly (readonly [string, string])[]): string | Uint8Array =>
    version === 'HTTP/2' ? http2(...fields) : get(...fields.map(([name, value]) => `${name}: ${value}`));

  test.each([
    ['none', [], []],
    ['one', [['authorization', 'Bearer a']], ['Bearer a']],
    [
      'two, of which Node shows the first',
      [
        ['authorization', 'Bearer a'],
        ['authorization', 'Bearer b'],
      ],
      ['Bearer a', 'Bearer b'],
    ],
    [
      'two that are the same',
      [
        ['authorization', 'Bearer a'],
        ['authorization', 'Bearer a'],
      ],
      ['Bearer a', 'Bearer a'],
    ],
    [
      'with others between',
      [
        ['authorization', 'a'],
        ['x-test', 'b'],
        ['authorization', 'c'],
      ],
      ['a', 'c'],
    ],
    ['joined by the sender, which stays one', [['authorization', 'Bearer a, Bearer b']], ['Bearer a, Bearer b']],
    ['an empty one', [['authorization', '']], ['']],
    [
      'only fields that look alike',
      [
        ['x-authorization', 'a'],
        ['authorization_', 'b'],
        ['proxy-authorization', 'c'],
      ],
      [],
    ],
  ] satisfies [string, [string, string][], string[]][])('are each shown: %s', async (_title, fields, expected) => {
    const { facts, request } = await seenOf(sent(...fields));
    expect(request.httpVersion).toBe(version.slice(5).replace(/^2$/, '2.0'));
    expect(facts.header('authorization')).toEqual(expected);
  });
});

describe('over HTTP/1.1', () => {
  test('the names of fields have no case', async () => {
    const facts = await factsOf(get('AUTHORIZATION: a', 'Authorization: b', 'aUTHORIZATION: c'));
    expect(facts.header('authorization')).toEqual(['a', 'b', 'c']);
  });

  test('a value is not taken for a name', async () => {
    expect((await factsOf(get('X-Test: authorization', 'X-Other: Bearer a'))).header('authorization')).toEqual([]);
  });

  test('a field named in Connection is still there, and one with underscores is another', async () => {
    const facts = await factsOf(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, authorization\r\nAuthorization: a\r\nx_forwarded_user: b\r\n\r\n',
    );
    expect(facts.header('authorization')).toEqual(['a']);
    expect(facts.header('x-forwarded-user')).toEqual([]);
  });

  test('what comes behind the body is no header', async () => {
    const facts = await factsOf(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\nConnection: close\r\n\r\n0\r\nAuthorization: Bearer a\r\n\r\n',
    );
    expect(facts.header('authorization')).toEqual([]);
  });
});

describe('the id of a request', () => {
  test('is the same for one request, another for the next, and never from the wire', async () => {
    const first = await seenOf(get('X-Request-Id: 00000000000000000000000000000000'));
    const second = await seenOf(get());
    expect(first.facts.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(requestFactsOf(first.request).requestId).toBe(first.facts.requestId);
    expect(requestIdOf(first.request)).toBe(first.facts.requestId);
    expect(second.facts.requestId).not.toBe(first.facts.requestId);
    expect(first.facts.requestId).not.toBe('0'.repeat(32));
  });
});

test('the target is the one received, also where a framework took a mount path off it', () => {
  const request = { rawHeaders: [], socket: {}, url: '/42', originalUrl: '/stock/42' };
  expect(requestFactsOf(request as unknown as NodeRequest).target).toBe('/stock/42');
  expect(requestFactsOf({ ...request, originalUrl: undefined } as unknown as NodeRequest).target).toBe('/42');
});
