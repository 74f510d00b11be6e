import { once } from 'node:events';
import { type Socket } from 'node:net';
import { runInContext } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { audience, client, credentialsAt, faultOf, json, startIssuer, world } from '../client.test-kit.ts';
import { bearer, subjectSource } from '../credential/fixed-credentials.test-kit.ts';
import { createServiceClient, ServiceCallError } from '../index.ts';

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

  it.each<readonly [string, () => Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('a broken source');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a broken source'))],
  ])('closes the client also when the close of a source %s', async (_name, close) => {
    const { service, tls } = await world();
    const credentials = { bind: () => ({ credential: () => bearer('ours'), close }) };
    const others = subjectSource();
    const inventory = createServiceClient({
      baseUrl: service.origin,
      audience,
      credentials,
      onBehalfOf: others.source,
      tls,
    });
    expect(await faultOf(inventory.close())).toMatchObject({ message: 'a broken source' });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CLIENT_CLOSED' });
    expect([others.life.closed, service.seen.length]).toEqual([1, 0]);
  });
});

it('every fault of a call is a ServiceCallError', async () => {
  const { inventory } = await world();
  expect(await faultOf(inventory.fetch('//elsewhere.test'))).toBeInstanceOf(ServiceCallError);
});
