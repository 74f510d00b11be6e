import { constants, createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:https';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../listen-on-loopback.ts';
import type { PemIdentity } from '../raw-request.ts';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import type { HeaderField } from './header-block.ts';
import { rawHttp2Request, type RawHttp2Request } from './raw-http2-request.ts';

let authority: TestAuthority;
let server: PemIdentity;
let orders: PemIdentity;

beforeAll(async () => {
  authority = await createTestAuthority({ trustDomain: 'prod.test' });
  server = await authority.issue({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  orders = await authority.issue({ id: 'spiffe://prod.test/orders' });
});

/** What a server saw. */
interface Seen {
  readonly fields: readonly HeaderField[];
  readonly body: string;
}

type Answer = (stream: ServerHttp2Stream, seen: Seen) => void;

const echo: Answer = (stream, seen) => {
  stream.respond({ ':status': 200, 'x-answer': ['one', 'two'] });
  stream.end(JSON.stringify(seen));
};

function pairsOf(raw: readonly string[]): HeaderField[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] ?? '', raw[2 * index + 1] ?? '']);
}

function tls(): object {
  return { key: server.keyPem, cert: server.certificatePem, ca: authority.bundlePem };
}

function http2Server(answer: Answer, options: object = {}): Http2SecureServer {
  const made = createSecureServer({ ...tls(), requestCert: true, rejectUnauthorized: false, ...options });
  made.on('sessionError', () => {});
  made.on('stream', (stream: ServerHttp2Stream, ...given: unknown[]) => {
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () =>
      answer(stream, { fields: pairsOf(given[2] as string[]), body: String(Buffer.concat(chunks)) }),
    );
  });
  return made;
}

async function send(what: Partial<RawHttp2Request> & { readonly path?: string }, answer = echo, options: object = {}) {
  const listening = await listenOnLoopback(http2Server(answer, options));
  onTestFinished(() => listening.close());
  const { path = '/', ...rest } = what;
  const url = `https://127.0.0.1:${listening.port}${path}`;
  const request = { url, ca: authority.bundlePem, ...rest };
  const got = await rawHttp2Request(request);
  const seen = JSON.parse(got.body === '' ? '{"fields":[],"body":""}' : got.body) as Seen;
  return { got, seen, request, port: listening.port };
}

test('a request has the pseudo-header fields first, then the lines as they are given, twice if they are', async () => {
  const headers = [
    ['authorization', 'Bearer one'],
    ['Authorization', 'Bearer two'],
    ['host', 'evil.test'],
  ] as const;
  const { seen, got, port } = await send({ path: '/a/../b//c#d', token: 'three', headers });
  expect(seen.fields).toEqual([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', `127.0.0.1:${port}`],
    [':path', '/a/../b//c#d'],
    ['authorization', 'Bearer three'],
    ['authorization', 'Bearer one'],
    ['authorization', 'Bearer two'],
    ['host', 'evil.test'],
  ]);
  expect(got.headers['x-answer']).toEqual(['one', 'two']);
  expect(got.headers).not.toHaveProperty(':status');
  expect(got.resumed).toBe(false);
});

test.each([
  ['one that fits a frame', 16_000],
  ['one that fills a frame to the byte', 16_384],
  ['one of several frames', 40_000],
])('a header block arrives whole: %s', async (_title, length) => {
  const value = 'x'.repeat(length);
  const { seen } = await send({ headers: [['x-filler', value]] });
  expect(seen.fields.at(-1)).toEqual(['x-filler', value]);
});

test('a body goes out as JSON, and HEAD has no body', async () => {
  const { seen } = await send({ method: 'POST', body: { sku: 'größe' } });
  expect(JSON.parse(seen.body)).toEqual({ sku: 'größe' });
  expect(seen.fields).toContainEqual(['content-length', String(Buffer.byteLength(seen.body))]);
  const head = await send({ method: 'HEAD' }, (stream) => {
    stream.respond({ ':status': 204 }, { endStream: true });
  });
  expect([head.got.status, head.got.body]).toEqual([204, '']);
});

test('a long body and a long answer arrive whole', async () => {
  const text = 'y'.repeat(200_000);
  const { seen } = await send({ method: 'POST', body: text });
  expect(JSON.parse(seen.body)).toBe(text);
});

test('fields replace the header block, to the letter', async () => {
  const fields: readonly HeaderField[] = [
    ['x-first', '1'],
    [':path', '/'],
  ];
  await expect(send({ fields })).rejects.toMatchObject({ code: 'ECONNRESET' });
  const good: readonly HeaderField[] = [
    [':method', 'PURGE'],
    [':path', '/x'],
    [':scheme', 'https'],
    [':authority', 'a'],
  ];
  expect((await send({ fields: good })).seen.fields).toEqual(good);
});

test('the certificate of the caller reaches the server', async () => {
  const names: (string | undefined)[] = [];
  const note: Answer = (stream, seen) => {
    const socket = stream.session?.socket as { getPeerX509Certificate?(): { subjectAltName?: string } | undefined };
    names.push(socket.getPeerX509Certificate?.()?.subjectAltName);
    echo(stream, seen);
  };
  await send({ identity: orders }, note);
  await send({}, note);
  expect(names).toEqual(['URI:spiffe://prod.test/orders', undefined]);
});

test('a session is offered again and taken up', async () => {
  const { got, request } = await send({}, echo, { sessionIdContext: 'one' });
  expect(got.session).toBeInstanceOf(Buffer);
  expect((await rawHttp2Request({ ...request, ...(got.session && { session: got.session }) })).resumed).toBe(true);
});

describe('without an answer it rejects', () => {
  test.each<[string, Answer]>([
    ['when the stream is reset', (stream) => stream.close(2)],
    ['when the stream is cancelled', (stream) => stream.close(8)],
    ['when the session ends', (stream) => stream.session?.destroy()],
  ])('%s', async (_title, answer) => {
    await expect(send({}, answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('when the server speaks HTTP/1.1 alone', async () => {
    const listening = await listenOnLoopback(createServer(tls(), (_request, response) => void response.end()));
    onTestFinished(() => listening.close());
    const url = `https://127.0.0.1:${listening.port}/`;
    await expect(rawHttp2Request({ url, ca: authority.bundlePem })).rejects.toThrow(/HTTP\/2|no application protocol/);
  });

  test('when the certificate of the server is not trusted', async () => {
    const stranger = await createTestAuthority({ trustDomain: 'prod.test' });
    await expect(send({ ca: stranger.bundlePem })).rejects.toThrow(/certificate/i);
  });
});

describe('a stream that the server ended without an answer', () => {
  const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

  test.each<[string, readonly number[], number | 'ECONNRESET', number]>([
    ['refused, is sent once more', [NGHTTP2_REFUSED_STREAM], 200, 2],
    ['refused twice, is an end', [NGHTTP2_REFUSED_STREAM, NGHTTP2_REFUSED_STREAM], 'ECONNRESET', 2],
    ['cancelled, is an end', [NGHTTP2_CANCEL], 'ECONNRESET', 1],
    ['by an error of its own, is an end', [NGHTTP2_INTERNAL_ERROR], 'ECONNRESET', 1],
  ])('%s', async (_name, codes, outcome, requests) => {
    let came = 0;
    const answer: Answer = (stream, seen) => {
      const code = codes[came];
      came += 1;
      if (code === undefined) echo(stream, seen);
      else stream.close(code);
    };
    const told = await send({}, answer).then(
      ({ got }) => got.status,
      ({ code }: NodeJS.ErrnoException) => code,
    );
    expect([told, came]).toEqual([outcome, requests]);
  });
});
