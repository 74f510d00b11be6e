/** Certificates that an application shows besides that of its source, by server name. */
import { once } from 'node:events';
import type { Server as TlsServer } from 'node:tls';
import { expect, test } from 'vitest';
import { svid } from '../certificate/certificate.test-kit.ts';
import { guardedServer, identityOf } from './guarded-server.test-kit.ts';
import { authority, dial, orders, showing, validNow } from './tls.test-kit.ts';

test.each([
  ['https', 'http/1.1'],
  ['http2', 'h2'],
] as const)('connections of %s that saw one stay open', async (protocol, alpn) => {
  const { port, server: guardedOne, identity, pass } = await guardedServer({ protocol });
  const besides = svid(authority, { dnsNames: ['other.test'], ...validNow });
  (guardedOne as TlsServer).addContext('other.test', {
    key: besides.keyPem,
    cert: besides.pem,
    ca: authority.pem,
  });
  const socket = dial(port, { servername: 'other.test', ALPNProtocols: [alpn], ...showing(orders()) });
  await once(socket, 'secureConnect');
  expect(socket.getPeerX509Certificate()?.fingerprint256).toBe(besides.certificate.fingerprint256);
  let ended = false;
  socket.resume().on('close', () => (ended = true));
  const renewed = identityOf(svid(authority, { dnsNames: ['localhost'], name: 'renewed', ...validNow }));
  for (const change of [() => {}, () => identity.change(renewed)]) {
    change();
    for (let sweep = 0; sweep < 2; sweep += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      pass(5);
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ended).toBe(false);
  socket.destroy();
});
