/** The client as a dispatcher of undici: every guard of `fetch` holds, whoever sends. */
import { PassThrough, Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Secret } from '@countersign/core';
import { fetch, interceptors, request, stream, type Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import {
  audience,
  client,
  credentialsAt,
  dispatchFault,
  faultOf,
  json,
  testClock,
  world,
  type Answer,
} from '../client.test-kit.ts';
import { callerNamed, notingProver, readProof, subjectSource } from '../credential/fixed-credentials.test-kit.ts';
import { createServiceClient, ServiceCallError, type ServiceClient } from '../index.ts';

describe('a request by the dispatcher', () => {
  const senders: readonly (readonly [string, (url: string, inventory: ServiceClient) => Promise<unknown>])[] = [
    [
      'undici.request',
      async (url, inventory) => (await request(url, { dispatcher: inventory.dispatcher() })).body.json(),
    ],
    ['undici.fetch', async (url, inventory) => (await fetch(url, { dispatcher: inventory.dispatcher() })).json()],
    [
      'dispatcher.request with a path',
      async (url, inventory) => {
        const { origin, pathname, search } = new URL(url);
        const options = { origin: new URL(origin), path: pathname + search, method: 'GET' } as const;
        return (await inventory.dispatcher().request(options)).body.json();
      },
    ],
    [
      'a composed dispatcher',
      async (url, inventory) => {
        const dispatcher = inventory.dispatcher().compose(interceptors.dump(), (dispatch) => (options, handler) => {
          return dispatch({ ...options, headers: { ...(options.headers as object), 'x-composed': 'yes' } }, handler);
        });
        await request(url, { dispatcher });
        return { ok: true };
      },
    ],
    [
      'undici.stream',
      async (url, inventory) => {
        const chunks: Buffer[] = [];
        const sink = new PassThrough().on('data', (chunk: Buffer) => chunks.push(chunk));
        await stream(url, { method: 'GET', dispatcher: inventory.dispatcher() }, () => sink);
        return JSON.parse(Buffer.concat(chunks).toString());
      },
    ],
  ];

  it.each(senders)('carries the token: %s', async (_name, send) => {
    const { inventory, service } = await world();
    expect(await send(`${service.origin}/stock/42?full=1`, inventory)).toEqual({ ok: true });
    expect(service.seen).toMatchObject([
      { method: 'GET', url: '/stock/42?full=1', headers: { authorization: 'Bearer token-1' } },
    ]);
  });

  it.each<readonly [string, Parameters<typeof request>[1]]>([
    ['an object of headers', { headers: { 'x-a': '1', 'x-b': ['2', '3'] } }],
    ['a flat list of headers', { headers: ['x-a', '1', 'x-b', '2, 3'] }],
    ['a flat list with several values', { headers: ['x-a', '1', 'x-b', ['2', '3']] } as never],
    [
      'pairs of headers',
      {
        headers: new Map([
          ['x-a', '1'],
          ['x-b', '2, 3'],
        ]),
      },
    ],
  ])('takes %s', async (_name, options) => {
    const { inventory, service } = await world();
    await request(`${service.origin}/`, { ...options, dispatcher: inventory.dispatcher() } as never);
    expect(service.seen[0]?.headers).toMatchObject({ 'x-a': '1', 'x-b': '2, 3' });
  });

  it.each<readonly [string, unknown]>([
    ['text', 'body'],
    ['bytes', Buffer.from('body')],
    ['a stream', () => Readable.from([Buffer.from('bo'), Buffer.from('dy')])],
  ])('sends %s', async (_name, body) => {
    const { inventory, service } = await world();
    const given: unknown = typeof body === 'function' ? (body as () => unknown)() : body;
    const options = { method: 'POST', body: given, dispatcher: inventory.dispatcher() } as const;
    await request(`${service.origin}/?a=b`, options as never);
    await fetch(`${service.origin}/`, { method: 'POST', body: 'body', dispatcher: inventory.dispatcher() });
    expect(service.seen.map((one) => one.body)).toEqual(['body', 'body']);
    expect(service.seen[1]?.headers['content-length']).toBe('4');
  });

  it('leaves the answer as it is: compressed bodies, several cookies, trailers', async () => {
    const packed = gzipSync(JSON.stringify({ big: 'x'.repeat(300_000) }));
    const { inventory, service } = await world((_one, response) => {
      const headers = { 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'], trailer: 'x-sum' };
      response.writeHead(200, headers);
      response.addTrailers({ 'x-sum': '7' });
      response.end(packed);
    });
    const raw = await request(`${service.origin}/`, { dispatcher: inventory.dispatcher() });
    expect(raw.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(JSON.parse(gunzipSync(Buffer.from(await raw.body.arrayBuffer())).toString())).toHaveProperty('big');
    expect(raw.trailers).toEqual({ 'x-sum': '7' });
    const read = await fetch(`${service.origin}/`, { dispatcher: inventory.dispatcher() });
    expect(read.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await read.json()).toHaveProperty('big');
  });

  it('holds a body back that nobody reads yet', async () => {
    const whole = 64_000_000;
    let written = 0;
    const { inventory, service } = await world((_one, response) => {
      const more = (): void => {
        while (written < whole) {
          written += 64_000;
          if (!response.write(Buffer.alloc(64_000))) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const { body } = await request(`${service.origin}/`, { dispatcher: inventory.dispatcher() });
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(written).toBeLessThan(whole / 2);
    let read = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) read += chunk.length;
    expect(read).toBe(whole);
  });

  it('is one on behalf of a caller when the dispatcher is made for that caller', async () => {
    const { service, tls } = await world();
    const { source } = subjectSource();
    const orders = client({ baseUrl: service.origin, audience, onBehalfOf: source, tls });
    await request(`${service.origin}/`, { dispatcher: orders.dispatcher({ onBehalfOf: callerNamed('alice') }) });
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer for-alice']);
    const inherited = Object.create({ onBehalfOf: undefined }) as object;
    for (const whom of [{}, { onBehalfOf: undefined }, inherited]) {
      const call = request(`${service.origin}/`, { dispatcher: orders.dispatcher(whom as object) });
      expect(await dispatchFault(call)).toMatchObject({ code: 'ON_BEHALF_OF_MISSING' });
    }
    expect(service.seen).toHaveLength(1);
  });

  it.each<readonly [string, unknown]>([
    ['null', null],
    ['a text', 'alice'],
    ['the caller itself', callerNamed('alice')],
    ['a misspelt option', { onBehalfof: callerNamed('alice') }],
    ['an option of requests', { idempotent: true }],
  ])('is not one as this service when the options of the dispatcher are %s', async (_name, whom) => {
    const { inventory } = await world();
    expect(() => inventory.dispatcher(whom as object)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});

describe('the rules of calls hold for the dispatcher', () => {
  it('a refused token is replaced once, and a body that is a stream is not sent again', async () => {
    let refused = '';
    const { inventory, service } = await world(({ headers }, response) =>
      json(response, headers.authorization === refused ? 401 : 200, {}),
    );
    const dispatcher = inventory.dispatcher();
    const send = async (body: unknown) =>
      (await request(`${service.origin}/`, { method: 'POST', body, dispatcher } as never)).statusCode;
    await send('first');
    refused = 'Bearer token-1';
    expect(await send(Readable.from([Buffer.from('stream')]))).toBe(401);
    expect(await send('again')).toBe(200);
    expect(service.seen.map((one) => [one.headers.authorization, one.body])).toEqual([
      ['Bearer token-1', 'first'],
      ['Bearer token-1', 'stream'],
      ['Bearer token-1', 'again'],
      ['Bearer token-2', 'again'],
    ]);
  });

  it('a proof is made for each attempt, with the nonce that is wanted; it is shared with fetch', async () => {
    const credential = { scheme: 'DPoP', token: new Secret('t'), prover: notingProver() } as const;
    const { service, tls } = await world(({ headers }, response) => {
      const isGiven = readProof(headers['dpop']).nonce === 'n1';
      response.setHeader('dpop-nonce', 'n1').setHeader('www-authenticate', 'DPoP error="use_dpop_nonce"');
      json(response, isGiven ? 200 : 401, {});
    });
    const credentials = { bind: () => ({ credential: () => credential }) };
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    const { statusCode } = await request(`${service.origin}/a?b=c`, { dispatcher: inventory.dispatcher() });
    expect([statusCode, (await inventory.fetch('/')).status]).toEqual([200, 200]);
    const proofs = service.seen.map(({ headers }) => readProof(headers['dpop']));
    expect(proofs.map(({ jti, nonce }) => [jti, nonce])).toEqual([
      [1, undefined],
      [2, 'n1'],
      [3, 'n1'],
    ]);
    expect(proofs[0]).toMatchObject({ method: 'GET', url: `${service.origin}/a?b=c` });
  });

  it('a lost connection is repeated for idempotent requests', async () => {
    let lost = 0;
    const drop: Answer = (one, response) =>
      one.body === '' && (lost += 1) === 1 ? response.destroy() : json(response, 200, {});
    const { inventory, service } = await world(drop);
    expect((await request(`${service.origin}/`, { dispatcher: inventory.dispatcher() })).statusCode).toBe(200);
    expect(service.seen).toHaveLength(2);
  });

  it('time ends a call, before the answer and inside it; so does the signal of its sender', async () => {
    const { service, tls, issuer } = await world((one, response) => {
      if (one.url === '/body') response.writeHead(200).write('begun');
    });
    const credentials = await credentialsAt(issuer);
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, timeoutSeconds: 0.3 });
    const dispatcher = inventory.dispatcher();
    expect(await dispatchFault(request(`${service.origin}/`, { dispatcher }))).toMatchObject({ code: 'TIMED_OUT' });
    const { body } = await request(`${service.origin}/body`, { dispatcher });
    expect(await faultOf(body.text())).toMatchObject({ code: 'TIMED_OUT' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const call = faultOf(request(`${service.origin}/`, { dispatcher, signal: controller.signal }));
    controller.abort(reason);
    expect(await call).toBe(reason);
    const early = faultOf(request(`${service.origin}/`, { dispatcher, signal: AbortSignal.abort(reason) }));
    expect(await early).toBe(reason);
  });

  it('a closed client sends nothing, and one that a test sends for has no dispatcher of its own', async () => {
    const { inventory, service } = await world();
    const dispatcher: Dispatcher = inventory.dispatcher();
    await inventory.close();
    const fault = await dispatchFault(request(`${service.origin}/`, { dispatcher }));
    expect(fault).toBeInstanceOf(ServiceCallError);
    expect(fault).toMatchObject({ code: 'CLIENT_CLOSED' });
    const tested = createServiceClient({
      baseUrl: service.origin,
      audience,
      fetch: async () => new Response(),
      clock: testClock(),
    });
    const call = request(`${service.origin}/`, { dispatcher: tested.dispatcher() });
    expect(await dispatchFault(call)).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(service.seen).toEqual([]);
  });
});
