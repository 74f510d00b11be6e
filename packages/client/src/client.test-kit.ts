/** Pieces for tests of the client: an authority, https servers, an issuer that does what it is told, a clock to move. */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientSecret as authenticateBySecret, Secret, type ClientAuthentication, type Clock } from '@countersign/core';
import { createTestAuthority, type PemIdentity, type TestAuthority } from '@countersign/testing';
import { onTestFinished } from 'vitest';
import { clientCredentials, createServiceClient, serverTls } from './index.ts';
import type { ClientCredentialsOptions, ServiceClient, ServiceClientOptions } from './index.ts';

/** A clock that stands still until it is moved. Wall time and monotonic time move apart when a test wants that. */
export interface TestClock extends Clock {
  wall: number;
  ticks: number;
  advance(seconds: number): void;
}

export function testClock(): TestClock {
  const clock: TestClock = {
    wall: Date.now(),
    ticks: 1_000,
    now: () => clock.wall,
    monotonic: () => clock.ticks,
    advance: (seconds) => {
      clock.wall += seconds * 1000;
      clock.ticks += seconds * 1000;
    },
  };
  return clock;
}

let shared: Promise<TestAuthority> | undefined;

/** The authority of the trust domain `prod.test`. */
export function authority(): Promise<TestAuthority> {
  shared ??= createTestAuthority({ trustDomain: 'prod.test' });
  return shared;
}

/** A certificate for `localhost` and 127.0.0.1. */
export async function identityOf(name: string): Promise<PemIdentity> {
  return (await authority()).issue({
    id: `spiffe://prod.test/${name}`,
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
}

/** What a server saw of one request. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A running server. */
export interface TestServer {
  readonly origin: string;
  readonly port: number;
  readonly seen: Seen[];
  /** TCP connections so far. */
  connections: number;
}

export type Answer = (seen: Seen, response: ServerResponse, request: IncomingMessage) => void;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Serves https on a loopback port until the test ends. */
export async function serve(answer: Answer, identity?: PemIdentity, tls: object = {}): Promise<TestServer> {
  const { keyPem: key, certificatePem: cert } = identity ?? (await identityOf('inventory'));
  const seen: Seen[] = [];
  const server: Server = createServer({ key, cert, ...tls }, (request, response) => {
    void readBody(request).then(
      (body) => {
        const { method = '', url = '', headers } = request;
        const one = { method, url, headers, body };
        seen.push(one);
        answer(one, response, request);
      },
      () => request.destroy(),
    );
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const running: TestServer = { origin: `https://localhost:${port}`, port, seen, connections: 0 };
  server.on('connection', () => (running.connections += 1));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return running;
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An issuer. What it answers can be replaced while it runs. */
export interface StubIssuer extends TestServer {
  /** Token requests so far. */
  readonly asked: Seen[];
  onToken: Answer;
  onMetadata: Answer;
}

/** Gives out `token-1`, `token-2` and so on, each for 300 seconds. */
export async function startIssuer(): Promise<StubIssuer> {
  const asked: Seen[] = [];
  const server = await serve((one, response, request) => {
    if (one.url === '/token') {
      asked.push(one);
      issuer.onToken(one, response, request);
    } else issuer.onMetadata(one, response, request);
  });
  const issuer: StubIssuer = Object.assign(server, {
    asked,
    onToken: ((_one, response) => {
      json(response, 200, { access_token: `token-${asked.length}`, token_type: 'Bearer', expires_in: 300 });
    }) as Answer,
    onMetadata: ((_one, response) => {
      json(response, 200, { issuer: server.origin, token_endpoint: `${server.origin}/token` });
    }) as Answer,
  });
  return issuer;
}

export const clientSecret = 'canary-client-secret-4711';

/** The client `orders` and its secret. */
export function orders(method: 'basic' | 'post' = 'basic'): ClientAuthentication {
  return authenticateBySecret({ clientId: 'orders', clientSecret: new Secret(clientSecret), method });
}

/** Client credentials at a stub issuer. */
export async function credentialsAt(issuer: TestServer, changes: Partial<ClientCredentialsOptions> = {}) {
  const { bundlePem } = await authority();
  return clientCredentials({
    issuer: issuer.origin,
    clientAuthentication: orders(),
    scope: 'inventory:read',
    tls: serverTls({ ca: bundlePem }),
    ...changes,
  });
}

export const audience = 'https://inventory.test';

/** A client that closes with the test. */
export function client(options: ServiceClientOptions): ServiceClient {
  const made = createServiceClient(options);
  onTestFinished(() => made.close());
  return made;
}

/** A service, an issuer and a client between them. */
export async function world(answer: Answer = (_one, response) => json(response, 200, { ok: true })) {
  const clock = testClock();
  const issuer = await startIssuer();
  const service = await serve(answer);
  const tls = serverTls({ ca: (await authority()).bundlePem });
  const inventory = client({
    baseUrl: service.origin,
    audience,
    credentials: await credentialsAt(issuer),
    tls,
    clock,
  });
  return { clock, issuer, service, inventory, tls };
}

/** The error of a call that must fail. */
export async function faultOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => new Error('The call got an answer.'),
    (error: unknown) => error,
  );
}

/** The fault of a call by undici: its fetch puts it into the cause. */
export async function dispatchFault(call: Promise<unknown>): Promise<unknown> {
  const fault = (await faultOf(call)) as Error;
  return fault.cause ?? fault;
}
