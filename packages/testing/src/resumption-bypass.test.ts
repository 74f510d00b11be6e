/** Attack row 41 on a bare server: what `socket.authorized` says of a client that never had a certificate. */
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { peerCertificateOf } from '@countersign/core';
import { expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from './listen-on-loopback.ts';
import { rawRequest } from './raw-request.ts';
import { createTestAuthority } from './test-authority.ts';

const [major = 0] = process.versions.node.split('.').map(Number);

test('a bare server takes a resumed client without certificate for authorized, and core sees no certificate', async () => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const { certificatePem, keyPem } = await authority.issue({ ipAddresses: ['127.0.0.1'] });
  const seen: { readonly authorized: boolean; readonly certificate: unknown }[] = [];
  const tls = { cert: certificatePem, key: keyPem, ca: authority.bundlePem, requestCert: true };
  const server = createServer({ ...tls, rejectUnauthorized: false }, (request, response) => {
    const { authorized } = request.socket as TLSSocket;
    seen.push({ authorized, certificate: peerCertificateOf(request.socket) });
    response.end('hello');
  });
  const { port, close } = await listenOnLoopback(server);
  onTestFinished(close);
  const bare = { url: `https://127.0.0.1:${port}/`, ca: authority.bundlePem };
  const first = await rawRequest(bare);
  const second = await rawRequest({ ...bare, ...(first.session !== undefined && { session: first.session }) });
  expect(second.resumed).toBe(true);
  // Node 24 mended it; Node 20 and 22 did not.
  expect(seen.map(({ authorized }) => authorized)).toEqual([false, major < 24]);
  expect(seen.map(({ certificate }) => certificate)).toEqual([undefined, undefined]);
});
