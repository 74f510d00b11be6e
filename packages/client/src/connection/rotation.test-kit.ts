/** Pieces for tests of rotation: sources that a test turns, and a server that says which certificate each request came with. */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import {
  Secret,
  trustBundle,
  x509Identity,
  type IdentitySource,
  type TrustBundle,
  type TrustBundleSet,
  type X509Identity,
} from '@countersign/core';
import { createTestAuthority, type PemIdentity, type TestAuthority } from '@countersign/testing';
import { onTestFinished } from 'vitest';
import { client, testClock } from '../client.test-kit.ts';
import { mtls, type MtlsOptions, type ServiceClient } from '../index.ts';

export const ordersId = 'spiffe://prod.test/orders';
export const inventoryId = 'spiffe://prod.test/inventory';

/** What may be turned, and who listens. */
export interface Turned<T> {
  value: T | undefined;
  readonly listeners: Set<() => void>;
  readonly turn: (next: T | undefined) => void;
}

function turned<T>(value: T | undefined): Turned<T> {
  const listeners = new Set<() => void>();
  const held: Turned<T> = {
    value,
    listeners,
    turn: (next) => {
      held.value = next;
      for (const listener of listeners) listener();
    },
  };
  return held;
}

function watchOf({ listeners }: Pick<Turned<unknown>, 'listeners'>) {
  return (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
}

/** An identity that changes when the test says so. */
export function identitySource(first?: X509Identity) {
  const held = turned(first);
  const source: IdentitySource = { find: () => held.value, watch: watchOf(held) };
  return { source, ...views(held) };
}

/** Bundles that change when the test says so. */
export function bundleSource(first?: TrustBundle) {
  const held = turned(first);
  const source: TrustBundleSet = {
    find: (trustDomain) => (held.value?.trustDomain === trustDomain ? held.value : undefined),
    list: () => (held.value === undefined ? [] : [held.value]),
    watch: watchOf(held),
  };
  return { source, ...views(held) };
}

function views<T>(held: Turned<T>) {
  return { turn: held.turn, listeners: held.listeners };
}

let shared: Promise<readonly [TestAuthority, TestAuthority]> | undefined;

/** Two authorities of one trust domain: the old one and its successor. */
export function twoAuthorities(): Promise<readonly [TestAuthority, TestAuthority]> {
  const trustDomain = 'prod.test';
  shared ??= Promise.all([createTestAuthority({ trustDomain }), createTestAuthority({ trustDomain })]);
  return shared;
}

/** One bundle of several authorities. */
export function bundleOf(...authorities: readonly TestAuthority[]): TrustBundle {
  return trustBundle({ trustDomain: 'prod.test', pem: authorities.map(({ bundlePem }) => bundlePem) });
}

export function identityFrom({ keyPem, certificatePem }: PemIdentity): X509Identity {
  return x509Identity({ key: new Secret(keyPem), certificate: certificatePem });
}

/** Certificates of orders, of one authority, each with a key of its own. */
export async function generationsOf(authority: TestAuthority, count: number): Promise<X509Identity[]> {
  const issued = Array.from({ length: count }, () => authority.issue({ id: ordersId }));
  return (await Promise.all(issued)).map(identityFrom);
}

/** Which certificate a request came with. */
export interface Visit {
  readonly url: string;
  readonly certificate: string;
}

/** A server that demands a certificate. */
export interface MutualServer {
  readonly origin: string;
  readonly port: number;
  readonly visits: Visit[];
  /** TLS connections that were made, and that are open. */
  made: number;
  open: number;
  /** What to answer. Default: 200 at once. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Shows another certificate on new connections. */
  present(identity: PemIdentity): void;
}

/** PEM without line ends: a certificate as a name. */
export function nameOf(pem: string): string {
  const [, body = ''] = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(pem) ?? [];
  return body.replaceAll(/\s/g, '');
}

/** Serves https on a loopback port until the test ends. */
export async function serveMutual(identity: PemIdentity, clientCa: readonly string[]): Promise<MutualServer> {
  const contextOf = ({ keyPem, certificatePem }: PemIdentity) => ({
    key: keyPem,
    cert: certificatePem,
    ca: [...clientCa],
  });
  const demanding = { requestCert: true, rejectUnauthorized: true, keepAliveTimeout: 60_000 };
  const server = createServer({ ...contextOf(identity), ...demanding }, (request, response) => {
    const { raw } = (request.socket as TLSSocket).getPeerX509Certificate() ?? {};
    running.visits.push({ url: request.url ?? '', certificate: raw?.toString('base64') ?? 'nobody' });
    running.answer(request, response);
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => {
    running.made += 1;
    running.open += 1;
    socket.on('close', () => (running.open -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
  const { port } = server.address() as AddressInfo;
  const running: MutualServer = {
    origin: `https://localhost:${port}`,
    port,
    visits: [],
    made: 0,
    open: 0,
    answer: (_request, response) => void response.end('{}'),
    present: (next) => server.setSecureContext(contextOf(next)),
  };
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return running;
}

/** A TLS server that keeps every byte it gets. */
export async function listenToBytes({ keyPem, certificatePem }: PemIdentity, clientCa: readonly string[]) {
  const bytes: Buffer[] = [];
  const handshakes: string[] = [];
  const options = { key: keyPem, cert: certificatePem, ca: [...clientCa], requestCert: true };
  const server = createTlsServer({ ...options, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] });
  server.on('secureConnection', (socket) => {
    handshakes.push('made');
    socket.on('data', (chunk: Buffer) => bytes.push(chunk));
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => handshakes.push('failed'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { origin: `https://localhost:${port}`, port, bytes, handshakes };
}

/** Waits for something that other turns of the event loop bring about. The time limit is that of the test. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A client of the one server, with these sources. */
export function callerTo(baseUrl: string, options: Pick<MtlsOptions, 'trustBundle'> & { identity: IdentitySource }) {
  const clock = testClock();
  const tls = mtls({ server: inventoryId, ...options });
  return { clock, inventory: client({ baseUrl, audience: 'inventory', tls, clock, timeoutSeconds: 60 }) };
}

/** A server, a client, and what the client shows and believes, to be turned. */
export async function rotatingWorld(first?: X509Identity) {
  const [authority] = await twoAuthorities();
  const service = await serveMutual(await authority.issue({ id: inventoryId }), [authority.bundlePem]);
  const [initial] = await generationsOf(authority, 1);
  const identities = identitySource(first ?? initial);
  const bundles = bundleSource(bundleOf(authority));
  const sources = { identity: identities.source, trustBundle: bundles.source };
  return { authority, service, identities, bundles, ...callerTo(service.origin, sources) };
}

/** The answer to a call, to its last byte. */
export async function read(inventory: ServiceClient, path = '/'): Promise<string> {
  return (await inventory.fetch(path)).text();
}
