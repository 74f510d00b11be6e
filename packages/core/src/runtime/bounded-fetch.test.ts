import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { boundedFetchJson } from './bounded-fetch.ts';
import { loopbackServer, serves } from './loopback-server.test-kit.ts';
import type { Fetch } from './runtime.ts';

const document = '{"keys":[]}';

test.each([
  ['application/json'],
  ['application/json; charset=utf-8'],
  ['application/json;charset=ISO-8859-1'],
  ['APPLICATION/JSON'],
  ['application/jwk-set+json'],
  ['application/jwk-set+json ; profile=x'],
])('a document of type %s is read as UTF-8', async (contentType) => {
  const { origin } = await loopbackServer(serves('{"ä":1}', contentType));
  expect(await boundedFetchJson(origin, { fetch })).toEqual({ ok: true, text: '{"ä":1}' });
});

test.each([
  ['text/html'],
  ['text/plain'],
  ['application/jsonp'],
  ['application/json5'],
  ['application/x-json'],
  ['application/+json'],
  ['text/json'],
  ['text/html; application/json'],
  ['application/xml+json-not'],
  ['application/octet-stream'],
])('a document of type %s is refused', async (contentType) => {
  const { origin } = await loopbackServer(serves(document, contentType));
  expect(await boundedFetchJson(origin, { fetch })).toEqual({ ok: false, problem: 'the content type is not JSON' });
});

test('a document without type is refused', async () => {
  const { origin } = await loopbackServer((_request, response) => response.end(document));
  expect(await boundedFetchJson(origin, { fetch })).toMatchObject({
    ok: false,
    problem: 'the content type is not JSON',
  });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const { origin, requests } = await loopbackServer((_request, response) => {
    response.writeHead(status, { location: '/elsewhere' }).end();
  });
  expect(await boundedFetchJson(`${origin}/here`, { fetch })).toEqual({
    ok: false,
    problem: 'the server redirects',
    status,
  });
  expect(requests).toEqual(['/here']);
});

test.each([201, 204, 206, 400, 401, 404, 429, 500, 503])('an answer of %i is refused', async (status) => {
  const { origin } = await loopbackServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : document);
  });
  expect(await boundedFetchJson(origin, { fetch })).toEqual({
    ok: false,
    problem: `the server answered ${status}`,
    status,
  });
});

test('a form is posted with the headers that go with it, and a server that asks for time is heard', async () => {
  const seen: unknown[] = [];
  const { origin } = await loopbackServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { accept, authorization, 'content-type': type } = request.headers;
      seen.push({ method: request.method, accept, authorization, type, body: Buffer.concat(chunks).toString() });
      response.writeHead(503, { 'retry-after': '7' }).end();
    });
  });
  const form = {
    headers: new Headers({ authorization: 'Basic eDp5' }),
    body: new URLSearchParams({ token: 'a+b/c=' }),
  };
  expect(await boundedFetchJson(origin, { fetch, form })).toEqual({
    ok: false,
    problem: 'the server answered 503',
    status: 503,
    retryAfter: '7',
  });
  expect(seen).toEqual([
    {
      method: 'POST',
      accept: 'application/json',
      authorization: 'Basic eDp5',
      type: 'application/x-www-form-urlencoded',
      body: 'token=a%2Bb%2Fc%3D',
    },
  ]);
});

/** Writes as long as the client reads; counts the bytes. */
function endless(count: { bytes: number }): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(65_536, 0x20);
    const write = (): void => {
      while (!response.destroyed && count.bytes < 50_000_000) {
        count.bytes += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  };
}

test('fifty megabytes are refused, and most of them never read', async () => {
  const count = { bytes: 0 };
  const { origin } = await loopbackServer(endless(count));
  expect(await boundedFetchJson(origin, { fetch })).toEqual({
    ok: false,
    problem: 'the response is larger than 1000000 bytes',
  });
  expect(count.bytes).toBeLessThan(20_000_000);
});

test('fifty megabytes that were compressed to little are refused', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
  expect(bomb.length).toBeLessThan(100_000);
  const { origin } = await loopbackServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
  });
  expect(await boundedFetchJson(origin, { fetch })).toMatchObject({
    ok: false,
    problem: 'the response is larger than 1000000 bytes',
  });
});

test('a document of exactly the limit is read, one byte more is not', async () => {
  const { origin } = await loopbackServer(serves(' '.repeat(100)));
  expect(await boundedFetchJson(origin, { fetch, maximumBytes: 100 })).toMatchObject({ ok: true });
  expect(await boundedFetchJson(origin, { fetch, maximumBytes: 99 })).toMatchObject({ ok: false });
});

test('bytes that are not UTF-8 are refused', async () => {
  const { origin } = await loopbackServer(serves(Buffer.from([0x7b, 0xff, 0x7d])));
  expect(await boundedFetchJson(origin, { fetch })).toEqual({ ok: false, problem: 'the response is not UTF-8' });
});

test('a byte order mark is left for the reader of the JSON to refuse', async () => {
  const { origin } = await loopbackServer(serves(`\ufeff${document}`));
  expect(await boundedFetchJson(origin, { fetch })).toEqual({ ok: true, text: `\ufeff${document}` });
});

const limit = { timeoutMilliseconds: 50 };
const noAnswer = { ok: false, problem: 'no answer within 50 ms' };

test('a server that never answers is given up', async () => {
  const { origin } = await loopbackServer(() => {});
  expect(await boundedFetchJson(origin, { fetch, ...limit })).toEqual(noAnswer);
});

test('a server that drips its body is given up, and hung up on', async () => {
  let hungUp: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    hungUp = resolve;
  });
  const { origin } = await loopbackServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 5);
    response.once('close', () => {
      clearInterval(drip);
      hungUp();
    });
  });
  expect(await boundedFetchJson(origin, { fetch, ...limit })).toEqual(noAnswer);
  await closed;
});

test('a fetch that ignores its signal is given up all the same', async () => {
  const deaf: Fetch = () => new Promise(() => {});
  expect(await boundedFetchJson('https://issuer.test', { fetch: deaf, ...limit })).toEqual(noAnswer);
});

test('a body that ignores its signal is given up all the same', async () => {
  const deaf: Fetch = async () =>
    new Response(new ReadableStream(), { headers: { 'content-type': 'application/json' } });
  expect(await boundedFetchJson('https://issuer.test', { fetch: deaf, ...limit })).toEqual(noAnswer);
});

test('the signal of the caller calls the fetch off, before and during', async () => {
  const { origin, requests } = await loopbackServer(() => {});
  const abort = new AbortController();
  const waiting = boundedFetchJson(origin, { fetch, signal: abort.signal });
  while (requests.length === 0) await sleep(1);
  abort.abort();
  const calledOff = { ok: false, problem: 'the fetch was called off' };
  expect(await waiting).toEqual(calledOff);
  expect(await boundedFetchJson(origin, { fetch, signal: abort.signal })).toEqual(calledOff);
  expect(requests).toHaveLength(1);
});

test('a connection that is refused or reset is a problem, with the code of the system and without its words', async () => {
  const { origin } = await loopbackServer((request) => request.socket.destroy());
  const failed = (code: string): object => ({ ok: false, problem: `the connection failed (${code})` });
  expect(await boundedFetchJson(origin, { fetch })).toEqual(failed('UND_ERR_SOCKET'));
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  expect(await boundedFetchJson(`http://127.0.0.1:${port}/`, { fetch })).toEqual(failed('ECONNREFUSED'));
  expect(await boundedFetchJson('not a URL', { fetch })).toEqual(failed('ERR_INVALID_URL'));
  const withPassword = await boundedFetchJson('https://user:password@127.0.0.1/', { fetch });
  expect(withPassword).toEqual({ ok: false, problem: 'the connection failed' });
});

test.each<[string, unknown, string]>([
  ['an error with a code', Object.assign(new Error('secret'), { code: 'ECONNRESET' }), ' (ECONNRESET)'],
  [
    'a cause with a code',
    new TypeError('secret', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
    ' (ENOTFOUND)',
  ],
  ['a code of another form', Object.assign(new Error('secret'), { code: 'secret of a proxy' }), ''],
  ['a code with a second line', Object.assign(new Error('secret'), { code: 'ECONNRESET\nsecret' }), ''],
  ['a code that is endless', Object.assign(new Error('secret'), { code: 'A'.repeat(61) }), ''],
  ['a code that is a number', Object.assign(new Error('secret'), { code: 7 }), ''],
  ['no error', { code: 'ECONNRESET' }, ''],
  ['nothing', undefined, ''],
])('of %s only the code of the system is told on', async (_case, thrown, told) => {
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a fetch may reject with anything
  const result = await boundedFetchJson('https://issuer.test', { fetch: () => Promise.reject(thrown) });
  expect(result).toEqual({ ok: false, problem: `the connection failed${told}` });
});

test.each([
  [
    'throws',
    () => {
      throw new Error('secret');
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
  ['answers nothing', () => Promise.resolve(undefined)],
  [
    'answers without body',
    () => Promise.resolve(new Response(null, { headers: { 'content-type': 'application/json' } })),
  ],
])('a fetch that %s is a problem, not an exception', async (_case, broken) => {
  const result = await boundedFetchJson('https://issuer.test', { fetch: broken as unknown as Fetch });
  expect(result.ok).toBe(false);
  expect(JSON.stringify(result)).not.toContain('secret');
});

test('a fetch that has ended leaves no listener behind', async () => {
  const { origin } = await loopbackServer(serves(document));
  const abort = new AbortController();
  let listeners = 0;
  const { signal } = abort;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...words: Parameters<typeof add>) => ((listeners += 1), add(...words));
  signal.removeEventListener = (...words: Parameters<typeof remove>) => ((listeners -= 1), remove(...words));
  await boundedFetchJson(origin, { fetch, signal });
  expect(listeners).toBe(0);
});
