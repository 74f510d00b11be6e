/** Rotation on real sockets, under load: what is renewed disturbs nobody, and nothing that was off comes back. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import { expect, test } from 'vitest';
import { root, svid } from '../certificate/certificate.test-kit.ts';
import { trustBundle } from '../certificate/trust-bundle.ts';
import { cutOff, fetchOver, poolOf } from './guarded-client.test-kit.ts';
import { guardedServer, identityOf, until } from './guarded-server.test-kit.ts';
import {
  again,
  authority,
  bare,
  bundle,
  dial,
  listen,
  orders,
  server,
  showing,
  validNow,
  visit,
} from './tls.test-kit.ts';

const other = root({ name: 'other', ...validNow });
const both = trustBundle({ trustDomain: 'prod.test', pem: [authority.pem, other.pem] });
const codes = (notices: readonly { readonly code: string }[]): readonly string[] => notices.map(({ code }) => code);

test('requests under load never fail while certificates and CAs are rotated', async () => {
  const { port, identity, bundles, held, notices } = await guardedServer();
  const agents = Array.from({ length: 4 }, () => poolOf(orders()));
  let running = true;
  const statuses: number[] = [];
  const load = agents.map(async (agent) => {
    while (running) statuses.push((await fetchOver(agent, port)).status);
  });
  const slow = fetchOver(poolOf(orders()), port, '/slow');
  await until(() => held.length === 1);
  for (let round = 0; round < 5; round += 1) {
    const so = statuses.length;
    identity.change(identityOf(svid(authority, { dnsNames: ['localhost'], ...validNow })));
    bundles.change(round % 2 === 0 ? both : bundle);
    await until(() => statuses.length > so + 20);
  }
  running = false;
  held[0]?.end('done');
  expect(await slow).toMatchObject({ status: 200, body: 'done' });
  await Promise.all(load);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  const ended = notices.filter(({ code }) => code === 'CONNECTIONS_CLOSED');
  expect(ended.length).toBeGreaterThan(0);
  for (const { facts } of ended) expect(facts).toMatchObject({ age: 0, expired: 0, untrusted: 0, refused: 0 });
});

test('a change that OpenSSL refuses leaves the server as it was, with a notice', async () => {
  const { port, identity, notices } = await guardedServer();
  identity.change({ ...identityOf(server), key: identityOf(orders()).key });
  expect(codes(notices)).toEqual(['TLS_UPDATE_FAILED']);
  expect((await fetchOver(poolOf(orders()), port)).certificate).toBe(server.certificate.fingerprint256);
});

test('an identity that OpenSSL refuses keeps no authority that is gone', async () => {
  const { port, identity, bundles, notices } = await guardedServer();
  identity.change({ ...identityOf(server), key: identityOf(orders()).key });
  bundles.change(trustBundle({ trustDomain: 'prod.test', pem: root({ name: 'other', ...validNow }).pem }));
  expect(codes(notices)).toEqual(['TLS_UPDATE_FAILED', 'TLS_UPDATE_FAILED', 'TLS_UPDATED']);
  await expect(fetchOver(poolOf(orders()), port)).rejects.toThrow(cutOff);
});

test('tickets stay off, and clients are still asked, after a change', async () => {
  const { port, identity, bundles } = await guardedServer();
  identity.change(identityOf(svid(authority, { dnsNames: ['localhost'], ...validNow })));
  bundles.change(both);
  const socket = dial(port, { ...showing(orders()), maxVersion: 'TLSv1.2' });
  await once(socket, 'secureConnect');
  expect(socket.getTLSTicket()).toBeUndefined();
  socket.destroy();
  await expect(fetchOver(poolOf(undefined), port)).rejects.toThrow(cutOff);
});

test.each(['required', 'permissive'] as const)(
  'a ticket of a listener without client certificates opens nothing on a guarded one: %s',
  async (clientCertificate) => {
    const { ca: _ca, requestCert: _requestCert, ...open } = bare;
    const lax = await visit(await listen(createServer(open, (_request, response) => response.end('ok'))));
    expect(lax.session).toBeInstanceOf(Buffer);
    const { port, events } = await guardedServer({ clientCertificate });
    const { received } = await visit(port, again(lax));
    expect(received.includes('CREDENTIAL_MISSING')).toBe(clientCertificate === 'permissive');
    expect(received.includes('200')).toBe(false);
    await until(() => events.length > 0);
    expect(events).toMatchObject([{ 'event.reason': 'CREDENTIAL_MISSING', 'caller.type': 'anonymous' }]);
  },
);
