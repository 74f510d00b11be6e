import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeRuntime, until } from '../fake-runtime.test-kit.ts';
import { parseEndpoint, type WorkloadEndpoint } from '../workload-endpoint.ts';
import type { GrpcEnd } from './grpc-end.ts';
import { frameOf } from './message-frames.ts';
import { startGrpcCall, type RunningCall } from './start-grpc-call.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function endpointAt(port: number): WorkloadEndpoint {
  const parsed = parseEndpoint(`tcp://127.0.0.1:${port}`);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

type Handle = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

async function serve(handle: Handle): Promise<WorkloadEndpoint> {
  const server: Http2Server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    handle(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return endpointAt((server.address() as AddressInfo).port);
}

interface Ran {
  readonly end: GrpcEnd;
  readonly messages: readonly string[];
}

function start(endpoint: WorkloadEndpoint, messages: string[] = []) {
  const runtime = fakeRuntime(0);
  const call: RunningCall = startGrpcCall({
    endpoint,
    path: '/SpiffeWorkloadAPI/FetchX509SVID',
    request: Buffer.from('hi'),
    runtime,
    firstMessageMilliseconds: 1_000,
    isBackground: false,
    onMessage: (message) => messages.push(message.toString()),
  });
  return { call, runtime, messages };
}

async function run(handle: Handle): Promise<Ran> {
  const { call, messages } = start(await serve(handle));
  return { end: await call.ended, messages };
}

const ok = { ':status': 200, 'content-type': 'application/grpc' };

/** Answers with these bytes and trailers. */
const answering =
  (pieces: readonly Buffer[], trailers: Record<string, string> | undefined, head: object = ok): Handle =>
  (stream) => {
    stream.respond(head as Record<string, string>, { waitForTrailers: trailers !== undefined });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}));
    for (const piece of pieces) stream.write(piece);
    stream.end();
  };

const good = { 'grpc-status': '0' };

describe('a call', () => {
  test('sends the header that proves it is no browser, and the request in one frame', async () => {
    let seen: IncomingHttpHeaders = {};
    const body: Buffer[] = [];
    await run((stream, headers) => {
      seen = headers;
      stream.on('data', (piece: Buffer) => body.push(piece));
      answering([], good)(stream, headers);
    });
    expect(seen).toMatchObject({
      ':method': 'POST',
      ':path': '/SpiffeWorkloadAPI/FetchX509SVID',
      'content-type': 'application/grpc',
      te: 'trailers',
      'workload.spiffe.io': 'true',
    });
    expect(Buffer.concat(body)).toEqual(frameOf(Buffer.from('hi')));
  });

  test('gives each message as it comes, and one of 200 kB over several frames', async () => {
    const large = 'x'.repeat(200_000);
    const frames = Buffer.concat([frameOf(Buffer.from('one')), frameOf(Buffer.from(large))]);
    const pieces = [frames.subarray(0, 3), frames.subarray(3, 9), frames.subarray(9)];
    expect(await run(answering(pieces, good))).toEqual({
      end: { status: 'OK', problem: '' },
      messages: ['one', large],
    });
  });

  test.each([
    [
      'the status of the trailers',
      answering([], { 'grpc-status': '14', 'grpc-message': 'busy' }),
      'UNAVAILABLE',
      'busy',
    ],
    [
      'the status of a response without body',
      ((stream) =>
        stream.respond({ ...ok, 'grpc-status': '7', 'grpc-message': 'no%20identity' }, { endStream: true })) as Handle,
      'PERMISSION_DENIED',
      'no identity',
    ],
    ['a status that is no number', answering([], { 'grpc-status': 'x' }), 'UNKNOWN', ''],
    ['a status nobody knows', answering([], { 'grpc-status': '99' }), 'UNKNOWN', ''],
    [
      'a message with a line end, made safe',
      answering([], { 'grpc-status': '2', 'grpc-message': 'a%0Ab' }),
      'UNKNOWN',
      'a\\u000ab',
    ],
    ['a message that is badly escaped', answering([], { 'grpc-status': '2', 'grpc-message': '%E4' }), 'UNKNOWN', '%E4'],
    ['no status', answering([frameOf(Buffer.alloc(0))], undefined), 'UNAVAILABLE', 'the stream ended without a status'],
    [
      'an end within a message',
      answering([Buffer.from([0, 0, 0, 0, 9, 65])], good),
      'INTERNAL',
      'the stream ends within a message',
    ],
    ['a compressed message', answering([Buffer.from([1, 0, 0, 0, 0])], good), 'INTERNAL', 'a message is compressed'],
    [
      'a message past the limit',
      answering([Buffer.from([0, 0, 0x40, 0, 1])], good),
      'INTERNAL',
      'a message is longer than 4194304 bytes',
    ],
    ['HTTP 404', answering([], undefined, { ':status': 404 }), 'UNIMPLEMENTED', 'HTTP status 404'],
    ['HTTP 503', answering([], undefined, { ':status': 503 }), 'UNAVAILABLE', 'HTTP status 503'],
    ['HTTP 302', answering([], undefined, { ':status': 302 }), 'UNKNOWN', 'HTTP status 302'],
    [
      'another content type',
      answering([], good, { ':status': 200, 'content-type': 'text/html' }),
      'UNKNOWN',
      'the response is not gRPC',
    ],
    [
      'a name that only begins like it',
      answering([], good, { ':status': 200, 'content-type': 'application/grpcx' }),
      'UNKNOWN',
      'the response is not gRPC',
    ],
    ['a stream that is reset', ((stream) => stream.close(8)) as Handle, 'UNAVAILABLE', expect.any(String)],
    [
      'a session that is destroyed',
      ((stream) => stream.session?.destroy()) as Handle,
      'UNAVAILABLE',
      expect.any(String),
    ],
  ])('ends with %s', async (_title, handle, status, problem) => {
    expect((await run(handle)).end).toEqual({ status, problem });
  });

  test('ends with UNAVAILABLE and the code of the system when nobody listens', async () => {
    const server = createSocketServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { call } = start(endpointAt(port));
    expect(await call.ended).toEqual({ status: 'UNAVAILABLE', problem: 'the connection failed (ECONNREFUSED)' });
  });

  test('ends with UNAVAILABLE when the other side speaks no HTTP/2', async () => {
    const server = createSocketServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { call } = start(endpointAt((server.address() as AddressInfo).port));
    expect((await call.ended).status).toBe('UNAVAILABLE');
  });

  test('ends when no message comes in time, and not after one came', async () => {
    const silent = start(await serve((stream) => stream.respond(ok)));
    silent.runtime.advance(1_000);
    expect(await silent.call.ended).toEqual({ status: 'DEADLINE_EXCEEDED', problem: 'no message within 1000 ms' });

    const open = await serve((stream) => {
      stream.respond(ok);
      stream.write(frameOf(Buffer.from('one')));
    });
    const steady = start(open);
    await until(() => steady.messages.length === 1);
    expect(steady.runtime.waits()).toEqual([]);
    steady.call.cancel();
    expect(await steady.call.ended).toEqual({ status: 'CANCELLED', problem: 'called off' });
  });

  test('takes nothing more once it was called off', async () => {
    const endpoint = await serve((stream) => {
      stream.respond(ok);
      stream.write(Buffer.concat([frameOf(Buffer.from('one')), frameOf(Buffer.from('two'))]));
    });
    const messages: string[] = [];
    const call: RunningCall = startGrpcCall({
      endpoint,
      path: '/x',
      request: Buffer.alloc(0),
      runtime: fakeRuntime(0),
      firstMessageMilliseconds: 1_000,
      isBackground: false,
      onMessage: (message) => {
        messages.push(message.toString());
        call.cancel();
      },
    });
    await call.ended;
    expect(messages).toEqual(['one']);
  });
});
