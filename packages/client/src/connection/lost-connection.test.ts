/** Repeats over real sockets: servers that restart, drop, refuse our certificate, or storm. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createTestAuthority } from '@countersign/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { audience, authority, client, faultOf, json, serve, type Answer } from '../client.test-kit.ts';
import { bearer, sourceOf } from '../credential/fixed-credentials.test-kit.ts';
import { mtls, serverTls, type RetryOptions, type ServiceRequest } from '../index.ts';
import { bundleOf, generationsOf, inventoryId, serveMutual, twoAuthorities } from './rotation.test-kit.ts';

async function world(answer: Answer, retry?: RetryOptions | false) {
  const server = await serve(answer);
  const tls = serverTls({ ca: (await authority()).bundlePem });
  const credentials = sourceOf(bearer('t')).source;
  return { server, inventory: client({ baseUrl: server.origin, audience, credentials, tls, retry }) };
}

/** Drops the connection of the first request. */
function dropping(count = 1): Answer {
  let dropped = 0;
  return (_one, response) => {
    if (dropped >= count) return json(response, 200, {});
    dropped += 1;
    response.destroy();
  };
}

describe('a lost connection', () => {
  it.each<readonly [string, ServiceRequest, number]>([
    ['GET', {}, 2],
    ['PUT', { method: 'PUT', body: 'x' }, 2],
    ['DELETE', { method: 'DELETE' }, 2],
    ['POST that says it is idempotent', { method: 'POST', body: 'x', idempotent: true }, 2],
    ['POST with a key', { method: 'POST', body: 'x', headers: { 'Idempotency-Key': 'k1' } }, 2],
    ['POST with an empty key', { method: 'POST', body: 'x', headers: { 'Idempotency-Key': '' } }, 1],
    ['POST', { method: 'POST', body: 'x' }, 1],
    ['PATCH', { method: 'PATCH', body: 'x' }, 1],
    ['GET that says it is not idempotent', { idempotent: false }, 1],
    [
      'POST with a key that says it is not idempotent',
      { method: 'POST', headers: { 'idempotency-key': 'k' }, idempotent: false },
      1,
    ],
    ['PUT of a stream', { method: 'PUT', body: new Blob(['x']).stream() }, 1],
  ])('is answered by a second attempt on a new connection when that is safe: %s', async (_name, request, attempts) => {
    const { server, inventory } = await world(dropping());
    const ended = await inventory.fetch('/', request).then(
      ({ status }) => status,
      (fault: unknown) => fault,
    );
    if (attempts === 2) expect(ended).toBe(200);
    else expect(ended).toMatchObject({ code: 'CONNECTION_LOST', requestSent: 'maybe' });
    expect([server.seen.length, server.connections]).toEqual([attempts, attempts]);
  });

  it('is not repeated a second time, nor at all with retry: false', async () => {
    const twice = await world(dropping(9), { maximumAttempts: 5 });
    expect(await faultOf(twice.inventory.fetch('/'))).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(twice.server.seen).toHaveLength(2);
    const never = await world(dropping(9), false);
    expect(await faultOf(never.inventory.fetch('/'))).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(never.server.seen).toHaveLength(1);
  });

  it('is followed by one that is new, not by another idle one that may be as dead', async () => {
    let isDropping = false;
    const { server, inventory } = await world((_one, response, { socket }) => {
      if (isDropping && served.has(socket)) return void socket.destroy();
      served.add(socket);
      json(response, 200, {});
    });
    const served = new Set<Socket>();
    // Several connections are open and idle; then each of them is dead.
    await Promise.all(Array.from({ length: 5 }, async () => (await inventory.fetch('/')).text()));
    isDropping = true;
    const before = server.connections;
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(server.connections).toBe(before + 1);
  });

  it('is not multiplied in a storm: 500 calls are sent at most ten times more', async () => {
    const { server, inventory } = await world((_one, response) => void response.destroy());
    // Each call takes a handshake: five hundred at once would measure how many the machine makes before they time out.
    for (let wave = 0; wave < 10; wave += 1) {
      const calls = Array.from({ length: 50 }, () => faultOf(inventory.fetch('/')));
      for (const fault of await Promise.all(calls)) expect(fault).toMatchObject({ code: 'CONNECTION_LOST' });
    }
    expect(server.seen.length).toBeGreaterThan(500);
    expect(server.seen.length).toBeLessThanOrEqual(510);
  });
});

describe('a connection that is not made', () => {
  it('is tried again, for any method, and serves when the service is back', async () => {
    const gate = createServer((socket) => socket.destroy());
    await once(gate.listen(0, '127.0.0.1'), 'listening');
    const { port } = gate.address() as AddressInfo;
    let refused = 0;
    gate.on('connection', () => (refused += 1));
    onTestFinished(() => void gate.close());
    const credentials = sourceOf(bearer('t')).source;
    const retry = { maximumAttempts: 3, firstPauseSeconds: 0 };
    const inventory = client({ baseUrl: `https://localhost:${port}`, audience, credentials, retry });
    const fault = await faultOf(inventory.fetch('/', { method: 'POST', body: 'x' }));
    expect(fault).toMatchObject({ code: 'CONNECTION_FAILED', requestSent: 'never' });
    expect(refused).toBe(3);
  });
});

describe('an answer', () => {
  it('is repeated when that is asked for, as long as Retry-After says', async () => {
    let count = 0;
    const busy: Answer = (_one, response) =>
      json(response.setHeader('retry-after', '0'), (count += 1) % 2 === 1 ? 429 : 200, {});
    const patient = await world(busy, { answers: true, firstPauseSeconds: 0 });
    expect((await patient.inventory.fetch('/', { method: 'POST', body: 'x' })).status).toBe(200);
    expect(patient.server.seen.map(({ body }) => body)).toEqual(['x', 'x']);
    count = 0;
    const careful = await world(busy);
    expect((await careful.inventory.fetch('/')).status).toBe(429);
    expect(careful.server.seen).toHaveLength(1);
  });
});

describe('a server that refuses our certificate', () => {
  it('is named in the detail, and asked at most twice, each time on a new connection', async () => {
    const [ca] = await twoAuthorities();
    const strange = await createTestAuthority({ trustDomain: 'strange.test' });
    const service = await serveMutual(await ca.issue({ id: inventoryId }), [strange.bundlePem]);
    const [identity] = await generationsOf(ca, 1);
    const tls = mtls({ identity: identity!, server: inventoryId, trustBundle: bundleOf(ca) });
    const inventory = client({ baseUrl: service.origin, audience, tls });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({
      code: 'CONNECTION_LOST',
      requestSent: 'maybe',
      detail: {
        check: 'the first answer on a new connection',
        expected: 'a server that takes our certificate, if it asks for one',
      },
    });
    expect(service.visits).toEqual([]);
  });

  it('is told apart from one that took it before', async () => {
    const [ca] = await twoAuthorities();
    const service = await serveMutual(await ca.issue({ id: inventoryId }), [ca.bundlePem]);
    const [identity] = await generationsOf(ca, 1);
    const tls = mtls({ identity: identity!, server: inventoryId, trustBundle: bundleOf(ca) });
    const inventory = client({ baseUrl: service.origin, audience, tls, retry: false });
    await (await inventory.fetch('/')).text();
    // Undici takes a connection back some turns after its answer has ended.
    await new Promise((resolve) => setImmediate(resolve));
    service.answer = (request) => void request.socket.destroy();
    const fault = await faultOf(inventory.fetch('/'));
    expect(fault).toMatchObject({ code: 'CONNECTION_LOST' });
    expect((fault as { detail: object }).detail).not.toHaveProperty('check');
    expect(service.made).toBe(1);
  });
});
