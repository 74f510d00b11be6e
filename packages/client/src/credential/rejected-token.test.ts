/** What follows a 401: one more call with another token, or the 401 itself. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { audience, client, credentialsAt, json, world } from '../client.test-kit.ts';
import { type ServiceRequest } from '../index.ts';

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
    const { issuer, clock, service, tls } = await world((_one, response) => json(response, 401, {}));
    const credentials = await credentialsAt(issuer);
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, clock, timeoutSeconds: 60 });
    // Five hundred at once would measure how many handshakes the machine makes before a connection times out.
    for (let wave = 0; wave < 10; wave += 1) {
      await Promise.all(Array.from({ length: 50 }, () => inventory.fetch('/')));
    }
    for (let round = 0; round < 20; round += 1) await inventory.fetch('/');
    expect(issuer.asked).toHaveLength(2);
    clock.advance(5);
    await Promise.all(Array.from({ length: 50 }, () => inventory.fetch('/')));
    expect(issuer.asked).toHaveLength(3);
    // Nobody is sent more than twice.
    expect(service.seen.length).toBeLessThanOrEqual(2 * 570);
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
