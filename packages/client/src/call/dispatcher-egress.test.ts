/** Attacks on where a dispatcher takes the credential: row 80 of the attack list. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetch, FormData, interceptors, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dispatchFault, world } from '../client.test-kit.ts';

async function plainServer(): Promise<{ readonly port: number; readonly seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((got, response) => {
    seen.push(`${got.url} ${got.headers.authorization}`);
    response.end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

describe('row 80: the dispatcher takes the credential nowhere else', () => {
  it('refuses other origins, forged paths and what steers the connection, and asks for no token', async () => {
    const elsewhere = await plainServer();
    const { inventory, service, issuer } = await world();
    const dispatcher = inventory.dispatcher();
    const raw = (path: string, origin: string = service.origin) => dispatcher.request({ origin, path, method: 'GET' });
    for (const call of [
      () => request(`http://127.0.0.1:${elsewhere.port}/`, { dispatcher }),
      () => request(`http://localhost:${service.port}/`, { dispatcher }),
      () => fetch(`https://127.0.0.1:${service.port}/`, { dispatcher }),
      () => raw('/', `${service.origin}@localhost:${elsewhere.port}`),
      () => raw(`@localhost:${elsewhere.port}/`),
      () => raw(`//localhost:${elsewhere.port}/`),
      () => raw(`http://localhost:${elsewhere.port}/`),
      () => raw('/a/../../b'),
      () => raw('/a\\b'),
    ]) {
      expect(await dispatchFault(call())).toMatchObject({ code: 'TARGET_REFUSED', requestSent: 'never' });
    }
    for (const headers of [
      { authorization: 'Bearer x' },
      ['Authorization', 'Bearer x'],
      { host: 'evil.test' },
      { connection: 'upgrade' },
      { 'transfer-encoding': 'chunked' },
      { dpop: 'x' },
    ]) {
      const call = request(`${service.origin}/`, { headers, dispatcher } as never);
      expect(await dispatchFault(call)).toMatchObject({ code: 'HEADER_REFUSED' });
    }
    const place = { origin: service.origin, path: '/' };
    for (const call of [
      dispatcher.connect(place),
      dispatcher.upgrade({ ...place, protocol: 'websocket' }),
      dispatcher.request({ ...place, method: 'TRACE' }),
      dispatcher.request({ ...place, method: 'connect' as 'GET' }),
      dispatcher.request({ ...place, path: '/?a=b', method: 'GET', query: { c: 'd' } }),
      dispatcher.request({ ...place, method: 'GET', headers: ['x-a', 'b', 'x-c'] }),
      dispatcher.request({ ...place, method: 'GET', headers: [Buffer.from('x-a'), Buffer.from('b')] as never }),
    ]) {
      expect(await dispatchFault(call)).toMatchObject({ code: 'REQUEST_INVALID' });
    }
    for (const options of [
      { method: 'POST', body: new FormData() },
      { method: 'POST', body: 'four', headers: { 'content-length': '5' } },
    ]) {
      const call = dispatcher.request({ ...place, ...options } as never);
      expect(await dispatchFault(call)).toMatchObject({ code: expect.stringMatching(/^(REQUEST_INVALID|CONN)/) });
    }
    expect([elsewhere.seen, service.seen]).toEqual([[], []]);
    expect(issuer.asked.length).toBeLessThanOrEqual(1);
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect with status %i, whoever asks', async (status) => {
    const elsewhere = await plainServer();
    let location = '';
    const { inventory, service } = await world((_one, response) => void response.writeHead(status, { location }).end());
    const dispatcher = inventory.dispatcher();
    const following = dispatcher.compose(interceptors.redirect({ maxRedirections: 3 }));
    for (location of [`http://localhost:${elsewhere.port}/`, '/home']) {
      for (const call of [
        () => request(`${service.origin}/`, { dispatcher }),
        () => request(`${service.origin}/`, { dispatcher: following }),
        () => fetch(`${service.origin}/`, { dispatcher, redirect: 'follow' }),
      ]) {
        expect(await dispatchFault(call())).toMatchObject({ code: 'REDIRECT_REFUSED' });
      }
    }
    expect(elsewhere.seen).toEqual([]);
    expect(service.seen.map(({ url }) => url)).toEqual(Array.from({ length: 6 }, () => '/'));
  });
});
