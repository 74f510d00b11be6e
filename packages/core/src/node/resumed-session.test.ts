/**
 * Attack row 41: what Node says about a client without a certificate that resumes its session, shown on a bare server,
 * and what is made of it here.
 */
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { hour } from '../certificate/certificate.test-kit.ts';
import { clientCertificate } from '../authentication/client-certificate.ts';
import { createServiceAuth } from '../enforcement/create-service-auth.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { peerCertificateOf } from './peer-certificate.ts';
import { requestFactsOf } from './request-facts-of.ts';
import { serverFaults } from './server-safety.ts';
import { again, authority, bare, bundle, listen, orders, safe, server, showing, visit } from './tls.test-kit.ts';

const nodeMajor = Number(process.versions.node.split('.')[0]);
const protocols = ['TLSv1.2', 'TLSv1.3'] as const;

/** What was seen of one request: by Node, and by us. */
interface Seen {
  readonly resumed: boolean;
  readonly authorized: boolean;
  readonly certificate: boolean;
  readonly verdict: string;
}

async function watched(options: NonNullable<Parameters<typeof createServer>[0]>) {
  const seen: Seen[] = [];
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead, monotonic: () => performance.now() };
  const sink = memorySink();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [clientCertificate({ trustBundle: bundle })],
    audit: sink,
    clock,
  });
  const anyone = compileRequirement({ caller: 'spiffe://prod.test/**' }, 'test');
  const watching = createServer(options, (request, response) => {
    const socket = request.socket as TLSSocket;
    void Promise.resolve(auth.check(requestFactsOf(request), anyone)).then((verdict) => {
      seen.push({
        resumed: socket.isSessionReused(),
        authorized: socket.authorized,
        certificate: peerCertificateOf(socket) !== undefined,
        verdict: verdict.outcome === 'denied' ? verdict.reason : verdict.outcome,
      });
      response.end('ok');
    });
  });
  return { port: await listen(watching), seen, watching, clock };
}

describe.each(protocols)('a client without certificate that connects twice over %s', (version) => {
  const only = { minVersion: version, maxVersion: version } as const;

  test('to a bare permissive server is nobody to us, whatever Node says', async () => {
    const { port, seen, watching } = await watched({ ...bare, rejectUnauthorized: false });
    const first = await visit(port, only);
    expect(first.session).toBeInstanceOf(Buffer);
    await visit(port, { ...only, ...again(first) });
    const nobody = { certificate: false, verdict: 'CREDENTIAL_MISSING' };
    // Node before 24 takes the resumed TLS 1.3 session of nobody for an authorized client. Node 24 and later do not.
    const deceived = version === 'TLSv1.3' && nodeMajor < 24;
    expect(seen).toEqual([
      { resumed: false, authorized: false, ...nobody },
      { resumed: true, authorized: deceived, ...nobody },
    ]);
    expect(serverFaults(watching).map(({ option }) => option)).toEqual(['rejectUnauthorized']);
  });

  test('to a server of createTlsOptions finds no session to resume', async () => {
    const { port, seen, watching } = await watched(safe('permissive'));
    const first = await visit(port, only);
    await visit(port, { ...only, ...(first.session !== undefined && { ...again(first) }) });
    const stranger = { resumed: false, authorized: false, certificate: false, verdict: 'CREDENTIAL_MISSING' };
    expect(seen).toEqual([stranger, stranger]);
    expect(serverFaults(watching)).toEqual([]);
  });
});

describe('a resumed session', () => {
  test('brings the old certificate back on a bare server: the dates are checked again, by our clock', async () => {
    const { port, seen, clock } = await watched({ ...bare, rejectUnauthorized: true });
    const first = await visit(port, showing(orders()));
    await visit(port, { ...showing(orders()), ...again(first) });
    clock.ahead = hour + 1000;
    await visit(port, { ...showing(orders()), ...again(first) });
    const known = { authorized: true, certificate: true };
    expect(seen).toEqual([
      { resumed: false, ...known, verdict: 'allowed' },
      { resumed: true, ...known, verdict: 'allowed' },
      { resumed: true, ...known, verdict: 'CERTIFICATE_EXPIRED' },
    ]);
  });

  test('from a listener without client certificates makes nobody somebody on another (CVE-2025-23419)', async () => {
    const ticketKeys = Buffer.alloc(48, 7);
    const { ca: _ca, requestCert: _requestCert, ...open } = bare;
    const lax = await watched({ ...open, ticketKeys });
    const strict = await watched({ ...bare, rejectUnauthorized: true, ticketKeys });
    const first = await visit(lax.port);
    expect(first.session).toBeInstanceOf(Buffer);
    await visit(strict.port, again(first));
    for (const one of [...lax.seen, ...strict.seen]) {
      expect(one).toMatchObject({ certificate: false, verdict: 'CREDENTIAL_MISSING' });
    }
    expect(serverFaults(strict.watching).map(({ option }) => option)).toEqual(['ticketKeys']);
  });

  test('out of a store of the application is a fault, because tickets that are off do not end it', async () => {
    const { port, seen, watching } = await watched(safe('permissive'));
    const store = new Map<string, Uint8Array>();
    watching.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
      store.set(id.toString('hex'), data);
      done();
    });
    watching.on('resumeSession', (id: Buffer, done: (error: null, data: Uint8Array | null) => void) =>
      done(null, store.get(id.toString('hex')) ?? null),
    );
    const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const first = await visit(port, old);
    await visit(port, { ...old, ...again(first) });
    expect(seen.map(({ resumed, verdict }) => [resumed, verdict])).toEqual([
      [false, 'CREDENTIAL_MISSING'],
      [true, 'CREDENTIAL_MISSING'],
    ]);
    expect(serverFaults(watching).map(({ option }) => option)).toEqual(['resumeSession']);
  });
});

test('the certificate of the server is not the one of the client', async () => {
  const { port, seen } = await watched(safe('permissive'));
  await visit(port, showing(server));
  expect(seen).toMatchObject([{ certificate: true, verdict: 'allowed' }]);
  expect(authority.certificate.ca).toBe(true);
});
