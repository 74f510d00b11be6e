/** Attacks on where a credential goes: rows 79 to 81 of the attack list, and the ways to forge a path or a header. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  audience,
  authority,
  client,
  credentialsAt,
  faultOf,
  json,
  serve,
  startIssuer,
  world,
} from '../client.test-kit.ts';
import { serverTls, type ServiceRequest } from '../index.ts';
import { baseUrlOf, targetUrl } from './target-url.ts';

const inventory = 'https://inventory.test:8443';

describe('the path of a call', () => {
  it.each([
    ['a path', inventory, '/stock/42', '/stock/42'],
    ['a query', inventory, '/stock?sku=42&at=//x', '/stock?sku=42&at=//x'],
    ['the root', inventory, '/', '/'],
    ['letters beyond ASCII', inventory, '/stock/käse', '/stock/k%C3%A4se'],
    ['escaped slashes', inventory, '/stock/a%2fb', '/stock/a%2fb'],
    ['dots in names', inventory, '/stock/..a/.b/c..', '/stock/..a/.b/c..'],
    ['baseUrl itself in front', inventory, `${inventory}/stock/42`, '/stock/42'],
    ['a base path', `${inventory}/api`, '/stock', '/api/stock'],
    ['a base path with its slash', `${inventory}/api/`, '/stock', '/api/stock'],
    ['baseUrl with a base path in front', `${inventory}/api`, `${inventory}/api/stock`, '/api/stock'],
  ])('may be %s', (_name, base, path, expected) => {
    expect(targetUrl(baseUrlOf(base), path)).toBe(inventory + expected);
  });

  it.each([
    ['an absolute URL elsewhere', inventory, 'https://evil.test/stock'],
    ['another protocol', inventory, 'http://inventory.test:8443/stock'],
    ['another port', inventory, 'https://inventory.test/stock'],
    ['a longer port', inventory, `${inventory}1/stock`],
    ['a longer host', inventory, 'https://inventory.test:8443.evil.test/stock'],
    ['our origin as user name', inventory, `${inventory}@evil.test/stock`],
    ['a user name', inventory, 'https://me@inventory.test:8443/stock'],
    ['our origin in other letters', inventory, 'HTTPS://INVENTORY.TEST:8443/stock'],
    ['our origin without a slash', inventory, inventory],
    ['a host', inventory, '//evil.test/stock'],
    ['three slashes', inventory, '///evil.test/stock'],
    ['a host behind our origin', inventory, `${inventory}//evil.test/stock`],
    ['a backslash for a slash', inventory, '/\\evil.test/stock'],
    ['two backslashes', inventory, '\\\\evil.test/stock'],
    ['a backslash further on', inventory, '/stock\\..\\admin'],
    ['a tab between slashes', inventory, '/\t/evil.test/stock'],
    ['a line end between slashes', inventory, '/\r\n/evil.test/stock'],
    ['a line end', inventory, '/stock HTTP/1.1\r\nhost: evil.test\r\n\r\n'],
    ['a NUL', inventory, '/stock\0'],
    ['white space in front', inventory, ' //evil.test/stock'],
    ['white space inside', inventory, '/stock/4 2'],
    ['a line separator', inventory, '/stock\u2028'],
    ['a fragment', inventory, '/stock#part'],
    ['no slash', inventory, 'stock'],
    ['nothing', inventory, ''],
    ['a query alone', inventory, '?sku=42'],
    ['a port alone', inventory, ':1@evil.test/'],
    ['javascript', inventory, 'javascript:alert(1)'],
    ['dot segments', `${inventory}/api`, '/../admin'],
    ['dot segments at the end', inventory, '/stock/..'],
    ['escaped dot segments', inventory, '/stock/%2e%2E/admin'],
    ['half escaped dot segments', inventory, '/stock/.%2e/admin'],
    ['single dots', inventory, '/stock/./42'],
    ['a way out of the base path', `${inventory}/api`, `${inventory}/admin`],
    ['a longer base path', `${inventory}/api`, `${inventory}/api-admin`],
    ['no text', inventory, 42 as never],
    ['an object that changes', inventory, { toString: () => '/stock' } as never],
    ['a URL object', inventory, new URL(`${inventory}/stock`) as never],
  ])('is refused when it is %s', (_name, base, path) => {
    expect(() => targetUrl(baseUrlOf(base), path)).toThrow(expect.objectContaining({ code: 'TARGET_REFUSED' }));
  });
});

async function stranger(): Promise<{ readonly port: number; readonly seen: string[] }> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    response.end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

describe('row 80: a credential does not leave for another place', () => {
  it.each([301, 302, 303, 307, 308])('redirect with status %i, to another host, to http, or home', async (status) => {
    const elsewhere = await stranger();
    let location = '';
    const { inventory: service, service: server } = await world((one, response) => {
      if (one.url === '/moved') json(response, 200, {});
      else response.writeHead(status, { location }).end();
    });
    for (location of [`http://localhost:${elsewhere.port}/`, '//localhost:1/', '/moved', 'not a url:']) {
      const fault = await faultOf(service.fetch('/', { method: 'POST', body: 'x' }));
      expect(fault).toMatchObject({ code: 'REDIRECT_REFUSED', detail: { actual: `status ${status}` } });
    }
    expect(elsewhere.seen).toEqual([]);
    expect(server.seen.map(({ url }) => url)).toEqual(['/', '/', '/', '/']);
  });

  it('forged paths send nothing, not even a token request', async () => {
    const elsewhere = await stranger();
    const { inventory: service, service: server, issuer } = await world();
    for (const path of [`http://localhost:${elsewhere.port}/`, `//localhost:${elsewhere.port}/`, '/\\localhost/']) {
      expect(await faultOf(service.fetch(path))).toMatchObject({ code: 'TARGET_REFUSED', requestSent: 'never' });
    }
    expect([elsewhere.seen, server.seen, issuer.asked]).toEqual([[], [], []]);
  });

  it('proxies of the environment are not used, for calls, dispatchers and token requests', async () => {
    const proxy = await stranger();
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
    const before = Object.fromEntries(
      [...names, 'NO_PROXY', 'no_proxy', 'NODE_USE_ENV_PROXY'].map((name) => [name, process.env[name]]),
    );
    onTestFinished(() => {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    for (const name of ['NO_PROXY', 'no_proxy']) delete process.env[name];
    process.env['NODE_USE_ENV_PROXY'] = '1';
    const { inventory: service, service: server, issuer } = await world();
    expect((await service.fetch('/')).status).toBe(200);
    const { statusCode } = await request(`${server.origin}/`, { dispatcher: service.dispatcher() });
    expect([statusCode, server.seen.length, issuer.asked.length]).toEqual([200, 2, 1]);
    expect(proxy.seen).toEqual([]);
  });
});

describe('a request that sets what is ours', () => {
  const loose = (request: object): ServiceRequest => request as ServiceRequest;

  it.each([
    ['authorization', { authorization: 'Bearer x' }],
    ['authorization in other letters', { AUTHORIZATION: 'Bearer x' }],
    ['authorization in a list', [['Authorization', 'Bearer x']]],
    ['authorization in Headers', new Headers({ authorization: 'Bearer x' })],
    ['an empty authorization', { authorization: '' }],
    ['proxy-authorization', { 'proxy-authorization': 'Basic x' }],
    ['host', { host: 'evil.test' }],
    ['connection', { connection: 'authorization' }],
    ['transfer-encoding', { 'transfer-encoding': 'chunked' }],
    ['content-length', { 'content-length': '0' }],
    ['upgrade', { upgrade: 'h2c' }],
  ])('is refused: %s', async (_name, headers) => {
    const { inventory: service, service: server } = await world();
    const fault = await faultOf(service.fetch('/', loose({ headers })));
    expect(fault).toMatchObject({ code: 'HEADER_REFUSED', requestSent: 'never' });
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['a line end in a header', { headers: { 'x-a': 'a\r\nauthorization: Bearer evil' } }],
    ['a NUL in a header', { headers: { 'x-a': 'a\0b' } }],
    ['a line end in a name', { headers: { 'x-a\r\nx-b': 'a' } }],
    ['a line end in the method', { method: 'GET / HTTP/1.1\r\nx: y' }],
    ['an empty method', { method: '' }],
    ['a method that tunnels', { method: 'CONNECT' }],
    ['a method that echoes', { method: 'TRACE' }],
    ['a method that echoes, in small letters', { method: 'track' }],
    ['a signal that is a text', { signal: 'now' }],
    ['a signal that cannot be aborted', { signal: new EventTarget() }],
    ['a body for GET', { body: 'x' }],
    ['a form of Node', { method: 'POST', body: new FormData() }],
    ['a plain object as body', { method: 'POST', body: { a: 1 } }],
    ['a redirect mode', { redirect: 'follow' }],
    ['a dispatcher', { dispatcher: {} }],
    ['no object', null],
  ])('cannot be sent: %s', async (_name, request) => {
    const { inventory: service, service: server } = await world();
    const fault = await faultOf(service.fetch('/', request as unknown as ServiceRequest));
    expect(fault).toMatchObject({ code: 'REQUEST_INVALID', requestSent: 'never' });
    expect(server.seen).toEqual([]);
  });
});

describe('row 79: tokens are not mixed up', () => {
  it('two audiences at one issuer with one source each get their own token', async () => {
    const issuer = await startIssuer();
    issuer.onToken = (one, response) => {
      const resource = new URLSearchParams(one.body).get('resource') ?? 'none';
      const token = `for-${new URL(resource).hostname}`;
      json(response, 200, { access_token: token, token_type: 'Bearer', expires_in: 300 });
    };
    const credentials = await credentialsAt(issuer);
    const tls = serverTls({ ca: (await authority()).bundlePem });
    const server = await serve((_one, response) => json(response, 200, {}));
    for (const name of ['inventory', 'payments', 'inventory']) {
      const service = client({ baseUrl: server.origin, audience: `https://${name}.test`, credentials, tls });
      await service.fetch('/');
      await service.fetch('/');
    }
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer for-inventory.test',
      'Bearer for-inventory.test',
      'Bearer for-payments.test',
      'Bearer for-payments.test',
      'Bearer for-inventory.test',
      'Bearer for-inventory.test',
    ]);
  });
});

describe('row 81: the client secret goes to the issuer only', () => {
  const rows: readonly (readonly [string, (origin: string, elsewhere: number) => object, string])[] = [
    [
      'a foreign token endpoint',
      (issuer, port) => ({ issuer, token_endpoint: `https://localhost:${port}/token` }),
      'ISSUER_UNTRUSTED',
    ],
    [
      'a token endpoint on http',
      (issuer, port) => ({ issuer, token_endpoint: `http://localhost:${port}/token` }),
      'ISSUER_UNTRUSTED',
    ],
    [
      'a token endpoint with our origin as user name',
      (issuer, port) => ({ issuer, token_endpoint: `${issuer}@localhost:${port}/token` }),
      'ISSUER_UNTRUSTED',
    ],
    [
      'a token endpoint with a user name',
      (issuer) => ({ issuer, token_endpoint: `${issuer.replace('//', '//me@')}/token` }),
      'ISSUER_UNTRUSTED',
    ],
    [
      'another issuer',
      (issuer) => ({ issuer: 'https://evil.test', token_endpoint: `${issuer}/token` }),
      'ISSUER_UNTRUSTED',
    ],
    [
      'the issuer with a slash',
      (issuer) => ({ issuer: `${issuer}/`, token_endpoint: `${issuer}/token` }),
      'ISSUER_UNTRUSTED',
    ],
    ['no token endpoint', (issuer) => ({ issuer }), 'ISSUER_RESPONSE_INVALID'],
    ['a token endpoint that is no URL', (issuer) => ({ issuer, token_endpoint: '/token' }), 'ISSUER_RESPONSE_INVALID'],
    [
      'a list of token endpoints',
      (issuer) => ({ issuer, token_endpoint: [`${issuer}/token`] }),
      'ISSUER_RESPONSE_INVALID',
    ],
  ];

  it.each(rows)('metadata with %s is refused', async (_name, metadata, code) => {
    const elsewhere = await stranger();
    const { inventory: service, service: server, issuer } = await world();
    issuer.onMetadata = (_one, response) => json(response, 200, metadata(issuer.origin, elsewhere.port));
    expect(await faultOf(service.fetch('/'))).toMatchObject({ code, requestSent: 'never' });
    expect([elsewhere.seen, server.seen, issuer.asked]).toEqual([[], [], []]);
  });

  it('a token endpoint of a listed origin is taken', async () => {
    const tokens = await serve((_one, response) =>
      json(response, 200, { access_token: 'listed', token_type: 'Bearer', expires_in: 300 }),
    );
    const { service, tls, issuer } = await world();
    issuer.onMetadata = (_one, response) =>
      json(response, 200, { issuer: issuer.origin, token_endpoint: `${tokens.origin}/token` });
    const credentials = await credentialsAt(issuer, { tokenEndpointOrigins: [tokens.origin] });
    await client({ baseUrl: service.origin, audience, credentials, tls }).fetch('/');
    expect(service.seen[0]?.headers.authorization).toBe('Bearer listed');
  });

  it('redirects of the issuer are not followed', async () => {
    const elsewhere = await stranger();
    const { inventory: service, issuer } = await world();
    issuer.onToken = (_one, response) =>
      void response.writeHead(307, { location: `http://localhost:${elsewhere.port}/token` }).end();
    expect(await faultOf(service.fetch('/'))).toMatchObject({
      code: 'ISSUER_UNTRUSTED',
      detail: { check: 'redirect' },
    });
    expect(elsewhere.seen).toEqual([]);
  });
});
