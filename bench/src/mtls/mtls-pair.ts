/** Both ends of one connection with mutual TLS, on loopback: the socket that a server reads its caller from. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { createTlsOptions, Secret, type TrustBundle } from '@countersign/core';
import { createTestAuthority } from '@countersign/testing';

/** The server's end of an open connection. */
export interface MtlsPair {
  readonly socket: TLSSocket;
  readonly bundle: TrustBundle;
  close(): void;
}

/** Opens the connection. The certificate of the client comes from an intermediate, as most do. */
export async function openMtlsPair(): Promise<MtlsPair> {
  const authority = await createTestAuthority({ trustDomain: 'bench.internal' });
  const own = await authority.issue({ id: 'spiffe://bench.internal/inventory', dnsNames: ['localhost'] });
  const inner = await authority.issueIntermediate();
  const theirs = await inner.issue({ id: 'spiffe://bench.internal/orders' });
  const tls = createTlsOptions({
    key: new Secret(own.keyPem),
    certificate: own.certificatePem,
    trustBundles: [authority.bundle],
    clientCertificate: 'required',
  });
  const server = createServer(tls).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: authority.bundlePem,
    cert: theirs.certificatePem,
    key: theirs.keyPem,
  });
  const [socket] = (await once(server, 'secureConnection')) as [TLSSocket];
  const close = (): void => {
    client.destroy();
    socket.destroy();
    server.close();
  };
  return { socket, bundle: authority.bundle, close };
}
