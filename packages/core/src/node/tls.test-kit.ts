/** Pieces for tests of the seam to Node: certificates that are valid now, real TLS servers, and clients with a session. */
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import {
  day,
  hour,
  issue,
  root,
  svid,
  type CertificateOptions,
  type Issued,
} from '../certificate/certificate.test-kit.ts';
import { Secret } from '../errors/secret.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import { createTlsOptions, type CreateTlsOptions, type TlsOptions } from './tls-options.ts';

// Handshakes look at the clock of the system, which cannot be passed in.
const now = Date.now();
export const validNow = { notBefore: now - day, notAfter: now + day } as const;

export const authority: Issued = root(validNow);
export const intermediate: Issued = issue({ name: 'inner', issuer: authority, ca: true, ...validNow });
export const server: Issued = svid(authority, {
  name: 'inventory',
  uris: ['spiffe://prod.test/inventory'],
  dnsNames: ['localhost'],
  // Some tests show it as a client as well, where a day is the longest life.
  notBefore: now - hour,
  notAfter: now + 12 * hour,
});
export const bundle: TrustBundle = trustBundle({ trustDomain: 'prod.test', pem: authority.pem });

/** A certificate of the workload `orders`. */
export function orders(options: CertificateOptions = {}, issuer: Issued = authority): Issued {
  return svid(issuer, { notBefore: now - hour, notAfter: now + hour, ...options });
}

/** What a bare server is given by somebody who does not know better. */
export const bare: ServerOptions = { key: server.keyPem, cert: server.pem, ca: [authority.pem], requestCert: true };

export function safe(
  clientCertificate: CreateTlsOptions['clientCertificate'],
  trustBundles: CreateTlsOptions['trustBundles'] = [bundle],
): TlsOptions {
  return createTlsOptions({ key: new Secret(server.keyPem), certificate: server.pem, trustBundles, clientCertificate });
}

/** Listens on a loopback port until the test ends. */
export async function listen(listening: Server): Promise<number> {
  const open = new Set<{ destroy(): void }>();
  listening.on('connection', (socket) => open.add(socket));
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => listening.close(resolve));
  });
  return (listening.address() as AddressInfo).port;
}

export async function serveTls(options: ServerOptions, handler: RequestListener): Promise<number> {
  return listen(createServer(options, handler));
}

/** A certificate to show, with what is sent behind it. */
export function showing({ pem, keyPem }: Issued, ...intermediates: readonly Issued[]): ConnectionOptions {
  return { cert: pem + intermediates.map((one) => one.pem).join(''), key: keyPem };
}

/** What came of a connection. */
export interface Visit {
  /** Everything that was received. */
  readonly received: string;
  /** The session that the server gave, if it gave one. */
  readonly session?: Uint8Array;
  readonly error: string | undefined;
  readonly protocol: string | null;
}

export function dial(port: number, options: ConnectionOptions = {}): TLSSocket {
  return connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.pem, ...options });
}

/** Connects, sends requests one after another, and waits until the other side closes. */
export async function visit(port: number, options: ConnectionOptions = {}, requests = 1): Promise<Visit> {
  const socket = dial(port, options);
  let received = '';
  let session: Uint8Array | undefined;
  let error: string | undefined;
  socket.on('session', (one) => {
    session = one;
  });
  socket.on('error', (one: NodeJS.ErrnoException) => {
    error = one.code ?? one.message;
  });
  socket.on('data', (chunk) => {
    received += String(chunk);
  });
  for (let left = requests; left > 0; left -= 1) {
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${left === 1 ? 'Connection: close\r\n' : ''}\r\n`);
  }
  const protocol = await new Promise<string | null>((resolve) => {
    let spoken: string | null = null;
    socket.on('secureConnect', () => {
      spoken = socket.getProtocol();
    });
    socket.on('close', () => resolve(spoken));
  });
  return { received, ...(session !== undefined && { session }), error, protocol };
}

/** Resumes the session of an earlier visit, if the server gave one. */
export function again({ session }: Visit): ConnectionOptions {
  return session === undefined ? {} : { session: Buffer.from(session) };
}
