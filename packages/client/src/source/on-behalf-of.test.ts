/** Calls for the subject of a request: only when the call says so, and never by accident. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { runInContext } from '@countersign/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { audience, authority, client, faultOf, json, serve } from '../client.test-kit.ts';
import { bearer, callerNamed, sourceOf, subjectSource } from '../credential/fixed-credentials.test-kit.ts';
import { createServiceClient, serverTls, type ServiceRequest } from '../index.ts';

const alice = callerNamed('alice');

async function service(status = () => 200) {
  const server = await serve((_one, response) => json(response, status(), {}));
  return {
    server,
    options: { baseUrl: server.origin, audience, tls: serverTls({ ca: (await authority()).bundlePem }) },
  };
}

describe('a call on behalf of a caller', () => {
  it('carries the token for that caller, and a call without one that of this service', async () => {
    const { server, options } = await service();
    const [own, others] = [sourceOf(bearer('ours')), subjectSource()];
    const orders = client({ ...options, credentials: own.source, onBehalfOf: others.source });
    await orders.fetch('/', { onBehalfOf: alice });
    await orders.fetch('/');
    await orders.fetch('/', { onBehalfOf: callerNamed('bob') });
    const sent = server.seen.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(['Bearer for-alice', 'Bearer ours', 'Bearer for-bob']);
    expect(others.asked.map(({ caller }) => caller.id)).toEqual(['alice', 'bob']);
    expect(own.asked).toHaveLength(1);
  });

  it('is never made of the context: a call inside a request is one as this service', async () => {
    const { server, options } = await service();
    const others = subjectSource();
    const orders = client({ ...options, credentials: sourceOf(bearer('ours')).source, onBehalfOf: others.source });
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    await runInContext({ trace, requestId: 'r', caller: alice }, () => orders.fetch('/'));
    expect(server.seen[0]?.headers.authorization).toBe('Bearer ours');
    expect(others.asked).toEqual([]);
  });

  it('is asked for again with the refused token, for the same caller', async () => {
    const { server, options } = await service(() => (server.seen.length === 1 ? 401 : 200));
    const others = subjectSource();
    const orders = client({ ...options, onBehalfOf: others.source });
    expect((await orders.fetch('/', { method: 'POST', body: 'x', onBehalfOf: alice })).status).toBe(200);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer for-alice',
      'Bearer again-for-alice',
    ]);
    expect(others.asked.map(({ caller, rejected }) => [caller.id, rejected?.token.expose()])).toEqual([
      ['alice', undefined],
      ['alice', 'for-alice'],
    ]);
  });

  it.each<readonly [string, object, object, string]>([
    ['undefined, as of maybeCurrentCaller() outside a request', {}, { onBehalfOf: undefined }, 'ON_BEHALF_OF_MISSING'],
    ['null', {}, { onBehalfOf: null }, 'ON_BEHALF_OF_MISSING'],
    ['absent, at a client that acts for subjects only', { credentials: undefined }, {}, 'ON_BEHALF_OF_MISSING'],
    [
      'named, at a client without onBehalfOf',
      { onBehalfOf: undefined },
      { onBehalfOf: alice },
      'ON_BEHALF_OF_UNCONFIGURED',
    ],
    ['a name', {}, { onBehalfOf: 'alice' }, 'REQUEST_INVALID'],
    ['an object that is no caller', {}, { onBehalfOf: { id: 'alice' } }, 'REQUEST_INVALID'],
    ['a promise of a caller', {}, { onBehalfOf: Promise.resolve(alice) }, 'REQUEST_INVALID'],
  ])('is a fault before anything is sent when the caller is %s', async (_name, changes, request, code) => {
    const { server, options } = await service();
    const [own, others] = [sourceOf(bearer('ours')), subjectSource()];
    const orders = client({ ...options, credentials: own.source, onBehalfOf: others.source, ...changes } as never);
    const fault = await faultOf(orders.fetch('/', request as ServiceRequest));
    expect(fault).toMatchObject({ code, requestSent: 'never' });
    expect([server.connections, own.asked, others.asked]).toEqual([0, [], []]);
  });

  it('that the source refuses is not made as this service instead', async () => {
    const { server, options } = await service();
    const refusing = { bindOnBehalfOf: () => ({ credential: () => Promise.reject(new Error('secret text')) }) };
    const own = sourceOf(bearer('ours'));
    const orders = client({ ...options, credentials: own.source, onBehalfOf: refusing });
    const fault = await faultOf(orders.fetch('/', { onBehalfOf: alice }));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    expect(String(fault)).not.toContain('secret text');
    expect([server.seen, own.asked]).toEqual([[], []]);
  });

  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['nothing, later', Promise.resolve(undefined)],
    ['a scheme without a token', { scheme: 'Bearer' }],
    ['a token that is a text', { scheme: 'Bearer', token: 'text' }],
  ])('for which the source has %s is not made without a credential instead', async (_name, answer) => {
    const { server, options } = await service();
    const credential = () => answer as never;
    const nothing = { bind: () => ({ credential }), bindOnBehalfOf: () => ({ credential }) };
    const orders = client({ ...options, credentials: nothing, onBehalfOf: nothing });
    for (const request of [{ onBehalfOf: alice }, {}]) {
      const fault = await faultOf(orders.fetch('/', request));
      expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE', requestSent: 'never' });
    }
    expect(server.seen).toEqual([]);
  });

  it('ends with the client: its source is closed once', async () => {
    const { options } = await service();
    const others = subjectSource();
    const orders = createServiceClient({ ...options, onBehalfOf: others.source });
    await Promise.all([orders.close(), orders.close()]);
    expect(others.life.closed).toBe(1);
    expect(await faultOf(orders.fetch('/', { onBehalfOf: alice }))).toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

describe('ready', () => {
  it('says whether a call as this service could be sent, and sends nothing to it', async () => {
    const silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    let connections = 0;
    silent.on('connection', () => (connections += 1));
    onTestFinished(() => void silent.close());
    const baseUrl = `https://localhost:${(silent.address() as AddressInfo).port}`;
    const good = client({ baseUrl, audience, credentials: sourceOf(bearer('ours')).source });
    await good.ready();
    const failing = { bind: () => ({ credential: () => Promise.reject(new Error('down')) }) };
    const bad = client({ baseUrl, audience, credentials: failing });
    expect(await faultOf(bad.ready())).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    const forOthers = client({ baseUrl, audience, onBehalfOf: subjectSource().source });
    await forOthers.ready();
    await good.close();
    expect(await faultOf(good.ready())).toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(connections).toBe(0);
  });
});
