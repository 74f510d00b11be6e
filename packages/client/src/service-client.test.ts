import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { runInContext, Secret } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import {
  audience,
  authority,
  client,
  credentialsAt,
  faultOf,
  json,
  serve,
  startIssuer,
  testClock,
  world,
} from './client.test-kit.ts';
import { createServiceClient, serverTls, ServiceCallError, type ServiceRequest } from './index.ts';

describe('a call', () => {
  it('carries a token for exactly this service, and the trace of the current request', async () => {
    const { inventory, service, issuer } = await world();
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    const response = await runInContext({ trace, requestId: 'r1' }, () =>
      inventory.fetch('/stock/42?full=1', {
        method: 'post',
        headers: { 'content-type': 'text/plain' },
        body: 'two',
      }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true });
    expect(service.seen).toMatchObject([
      {
        method: 'POST',
        url: '/stock/42?full=1',
        body: 'two',
        headers: {
          authorization: 'Bearer token-1',
          traceparent: `00-${trace.traceId}-${trace.spanId}-01`,
          'content-type': 'text/plain',
        },
      },
    ]);
    const asked = new URLSearchParams(issuer.asked[0]?.body);
    expect(Object.fromEntries(asked)).toEqual({
      grant_type: 'client_credentials',
      resource: audience,
      scope: 'inventory:read',
    });
  });

  it('sends no trace outside a request, and keeps the one that the caller set', async () => {
    const { inventory, service } = await world();
    await inventory.fetch('/');
    const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`;
    await inventory.fetch('/', { headers: { traceparent } });
    expect(service.seen.map(({ headers }) => headers['traceparent'])).toEqual([undefined, traceparent]);
  });

  it.each([400, 403, 404, 409, 429, 500, 503])('answers status %i as a response', async (status) => {
    const { inventory } = await world((_one, response) => json(response, status, { status }));
    const response = await inventory.fetch('/');
    expect([response.status, response.ok, await response.json()]).toEqual([status, false, { status }]);
  });

  it('puts the path of baseUrl before the path of the call', async () => {
    const { service, tls } = await world();
    const credentials = await credentialsAt(await startIssuer());
    const inventory = client({ baseUrl: `${service.origin}/api/v1/`, audience, credentials, tls });
    await inventory.fetch('/stock/42');
    await inventory.fetch(`${service.origin}/api/v1/stock/43`);
    expect(service.seen.map(({ url }) => url)).toEqual(['/api/v1/stock/42', '/api/v1/stock/43']);
  });
});

describe('a 401', () => {
  const refuseFirstToken = (one: { headers: { authorization?: string | undefined } }) =>
    one.headers.authorization === 'Bearer token-1';

  const replayable: readonly (readonly [string, ServiceRequest])[] = [
    ['GET', {}],
    ['text', { method: 'POST', body: 'text' }],
    ['bytes', { method: 'PUT', body: new TextEncoder().encode('text') }],
    ['a form', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }],
    ['a blob', { method: 'PATCH', body: new Blob(['text']) }],
  ];

  it.each(replayable)(
    'of a token from the cache is followed by one more call with a fresh token: %s',
    async (_name, request) => {
      let refuse = false;
      const { inventory, issuer, service } = await world((one, response) =>
        json(response, refuse && refuseFirstToken(one) ? 401 : 200, {}),
      );
      await inventory.fetch('/');
      refuse = true;
      expect((await inventory.fetch('/', request)).status).toBe(200);
      const [, first, second] = service.seen;
      expect(first?.headers.authorization).toBe('Bearer token-1');
      expect(second?.headers.authorization).toBe('Bearer token-2');
      expect([second?.method, second?.body]).toEqual([first?.method, first?.body]);
      expect(issuer.asked).toHaveLength(2);
    },
  );

  it.each([
    ['a readable stream', () => new Blob(['text']).stream()],
    ['a Node stream', () => Readable.from([Buffer.from('text')])],
    [
      'a generator',
      async function* () {
        yield Buffer.from('text');
      },
    ],
  ])('is the answer when the body cannot be sent again: %s', async (_name, body) => {
    let status = 200;
    const { inventory, service, issuer } = await world((_one, response) => json(response, status, {}));
    await inventory.fetch('/');
    status = 401;
    const response = await inventory.fetch('/', { method: 'POST', body: body() as ReadableStream });
    expect(response.status).toBe(401);
    expect(service.seen.map((one) => one.body)).toEqual(['', 'text']);
    expect(issuer.asked).toHaveLength(1);
  });

  it('is the answer when the token was fetched for this very call', async () => {
    const { inventory, service, issuer } = await world((_one, response) => json(response, 401, {}));
    expect((await inventory.fetch('/')).status).toBe(401);
    expect([service.seen.length, issuer.asked.length]).toEqual([1, 1]);
  });

  it('is the answer when the issuer gives no other token, and the old token stays in use', async () => {
    let status = 200;
    const { inventory, issuer } = await world((_one, response) => json(response, status, {}));
    await inventory.fetch('/');
    status = 401;
    issuer.onToken = (_one, response) => void response.destroy();
    expect((await inventory.fetch('/')).status).toBe(401);
    status = 200;
    expect((await inventory.fetch('/')).status).toBe(200);
  });

  it('storm does not drive the issuer: one fresh token in five seconds, whatever the service says', async () => {
    const { inventory, issuer, clock, service } = await world((_one, response) => json(response, 401, {}));
    await Promise.all(Array.from({ length: 50 }, () => inventory.fetch('/')));
    for (let round = 0; round < 20; round += 1) await inventory.fetch('/');
    expect(issuer.asked).toHaveLength(2);
    clock.advance(5);
    await Promise.all(Array.from({ length: 50 }, () => inventory.fetch('/')));
    expect(issuer.asked).toHaveLength(3);
    // Nobody is sent more than twice.
    expect(service.seen.length).toBeLessThanOrEqual(2 * 120);
  });

  it('of an old token does not end a newer one', async () => {
    const held: (() => void)[] = [];
    const { inventory, issuer, service } = await world((one, response) => {
      const status = one.headers.authorization === 'Bearer token-1' && one.url === '/held' ? 401 : 200;
      if (one.url === '/held' && status === 401) held.push(() => json(response, 401, {}));
      else json(response, status, {});
    });
    await inventory.fetch('/');
    const calls = Promise.all(Array.from({ length: 20 }, () => inventory.fetch('/held')));
    while (held.length < 20) await new Promise((resolve) => setTimeout(resolve, 1));
    held.shift()?.();
    while (issuer.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const answer of held) answer();
    expect((await calls).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(issuer.asked).toHaveLength(2);
    expect(service.seen.filter(({ headers }) => headers.authorization === 'Bearer token-2')).toHaveLength(20);
  });
});

describe('time', () => {
  it('ends a call to a service that does not answer', async () => {
    const { service, tls, issuer } = await world(() => {});
    const credentials = await credentialsAt(issuer);
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, timeoutSeconds: 0.2 });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'TIMED_OUT', requestSent: 'maybe' });
  });

  it('ends a call that waits for a slow issuer', async () => {
    const { service, tls, issuer } = await world();
    issuer.onToken = () => {};
    const credentials = await credentialsAt(issuer);
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, timeoutSeconds: 0.2 });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'TIMED_OUT' });
    expect(service.seen).toHaveLength(0);
  });

  it('also ends the body of an answer', async () => {
    const { service, tls, issuer } = await world((_one, response) => {
      response.writeHead(200).write('begun');
    });
    const credentials = await credentialsAt(issuer);
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, timeoutSeconds: 0.3 });
    const response = await inventory.fetch('/');
    await expect(response.text()).rejects.toThrow(/timeoutSeconds/);
  });

  it('of the caller ends a call early, before and while it runs', async () => {
    const { inventory, service } = await world(() => {});
    expect(await faultOf(inventory.fetch('/', { signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' });
    const controller = new AbortController();
    const call = faultOf(inventory.fetch('/', { signal: controller.signal }));
    while (service.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    expect(await call).toMatchObject({ code: 'ABORTED' });
  });
});

describe('close', () => {
  it('lets a running call end and refuses new ones', async () => {
    let finish = (): void => {};
    const { inventory, service } = await world((_one, response) => {
      finish = () => json(response, 200, { late: true });
    });
    const call = inventory.fetch('/');
    while (service.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const closing = inventory.close();
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CLIENT_CLOSED', requestSent: 'never' });
    finish();
    expect(await (await call).json()).toEqual({ late: true });
    await closing;
    await inventory.close();
  });

  it('leaves nothing behind that keeps a connection to the service or the issuer', async () => {
    const ended: Promise<unknown>[] = [];
    const note = (socket: Socket): void => {
      if (socket.listenerCount('close', note) === 0) ended.push(once(socket, 'close'));
    };
    const { inventory, issuer } = await world((_one, response, request) => {
      note(request.socket);
      json(response, 200, {});
    });
    const answer = issuer.onToken;
    issuer.onToken = (one, response, request) => {
      note(request.socket);
      answer(one, response, request);
    };
    await (await inventory.fetch('/')).text();
    await inventory.close();
    await Promise.all(ended);
    expect(ended).toHaveLength(2);
  });
});

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the connection', () => {
  it('that cannot be made is told apart from one that is lost', async () => {
    const { service, tls, issuer } = await world((_one, response) => void response.destroy());
    const credentials = await credentialsAt(issuer);
    const lost = client({ baseUrl: service.origin, audience, credentials, tls });
    expect(await faultOf(lost.fetch('/'))).toMatchObject({ code: 'CONNECTION_LOST', requestSent: 'maybe' });
    const nobody = client({ baseUrl: `https://localhost:${await closedPort()}`, audience, credentials, tls });
    expect(await faultOf(nobody.fetch('/'))).toMatchObject({
      code: 'CONNECTION_FAILED',
      requestSent: 'never',
      detail: { actual: 'ECONNREFUSED' },
    });
  });

  it('by host name is refused for another host, another CA, and whatever the environment says', async () => {
    const { bundlePem, issue } = await authority();
    const elsewhere = await issue({ id: 'spiffe://prod.test/inventory', dnsNames: ['elsewhere.test'] });
    const issuer = await startIssuer();
    const credentials = await credentialsAt(issuer);
    const otherHost = await serve((_one, response) => json(response, 200, {}), elsewhere);
    const rightHost = await serve((_one, response) => json(response, 200, {}));
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const byOtherName = client({
        baseUrl: otherHost.origin,
        audience,
        credentials,
        tls: serverTls({ ca: bundlePem }),
      });
      expect(await faultOf(byOtherName.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
      const bySystem = client({ baseUrl: rightHost.origin, audience, credentials });
      expect(await faultOf(bySystem.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    expect([...otherHost.seen, ...rightHost.seen]).toEqual([]);
  });
});

describe('credentials of one’s own making', () => {
  it('are asked for each call, and told which credential was refused', async () => {
    const first = { scheme: 'Bearer', token: new Secret('first') } as const;
    const second = { scheme: 'Bearer', token: new Secret('second') } as const;
    const told: unknown[] = [];
    const { service, tls } = await world((one, response) =>
      json(response, one.headers.authorization === 'Bearer second' ? 200 : 401, {}),
    );
    const credentials = {
      bind: () => ({
        credential: (request: { rejected?: unknown }) => {
          told.push(request.rejected);
          return Promise.resolve(request.rejected === undefined ? first : second);
        },
      }),
    };
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(told).toEqual([undefined, first]);
  });

  it('that fail end the call, and what they throw is not shown', async () => {
    const { service, tls } = await world();
    const credentials = { bind: () => ({ credential: () => Promise.reject(new Error('vault says hunter2')) }) };
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    const fault = await faultOf(inventory.fetch('/'));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    expect(inspect(fault, { depth: 10, showHidden: true })).not.toContain('hunter2');
    expect(service.seen).toEqual([]);
  });
});

describe('plain http', () => {
  const waiver = { reason: 'the mesh encrypts', owner: 'platform', expires: '2999-12-31' };
  const answerOk = () => Promise.resolve(new Response('{}'));

  it('takes a waiver, is told, and ends with it', async () => {
    const clock = testClock();
    const notices: object[] = [];
    const note = (fields: object): void => void notices.push(fields);
    const expires = new Date(clock.wall).toISOString().slice(0, 10);
    const inventory = createServiceClient({
      baseUrl: 'http://inventory.test',
      audience,
      fetch: answerOk,
      clock,
      allowHttp: { ...waiver, expires },
      logger: { info: note, warn: note, error: note },
    });
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(notices).toMatchObject([{ code: 'WAIVER_IN_FORCE', owner: 'platform' }]);
    clock.advance(86_400);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'WAIVER_ENDED' });
  });

  it('does not weaken a client that is on https', async () => {
    const sent: string[] = [];
    const fetch = (url: string) => {
      sent.push(url);
      return answerOk();
    };
    const inventory = createServiceClient({ baseUrl: 'https://inventory.test', audience, fetch, allowHttp: waiver });
    expect(await faultOf(inventory.fetch('http://inventory.test/a'))).toMatchObject({ code: 'TARGET_REFUSED' });
    expect(sent).toEqual([]);
  });
});

it('every fault of a call is a ServiceCallError', async () => {
  const { inventory } = await world();
  expect(await faultOf(inventory.fetch('//elsewhere.test'))).toBeInstanceOf(ServiceCallError);
});
