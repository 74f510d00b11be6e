import { once } from 'node:events';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { connect, createServer as createPlainServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientCertificate } from '../authentication/client-certificate.ts';
import type { PeerCertificate } from '../credential/request-facts.ts';
import { issue, root, type Issued } from '../certificate/certificate.test-kit.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import { systemClock } from '../runtime/clock.ts';
import { peerCertificateOf } from './peer-certificate.ts';
import { requestFactsOf, type NodeRequest } from './request-facts-of.ts';
import {
  authority,
  bare,
  bundle,
  dial,
  intermediate,
  listen,
  orders,
  safe,
  serveTls,
  showing,
  validNow,
  visit,
} from './tls.test-kit.ts';

/** A server that collects what the requests show. */
async function collecting(options: Parameters<typeof serveTls>[0]) {
  const peers: (PeerCertificate | undefined)[] = [];
  const port = await serveTls(options, (request, response) => {
    peers.push(peerCertificateOf(request.socket));
    response.end('ok');
  });
  return { port, peers };
}

const permissive = { ...bare, rejectUnauthorized: false };

describe('the peer of a socket', () => {
  test('has a certificate when it showed one, read once for all requests of the connection', async () => {
    const { port, peers } = await collecting(safe('required'));
    const leaf = orders();
    await visit(port, showing(leaf), 3);
    await visit(port, showing(leaf));
    expect(peers).toHaveLength(4);
    expect(peers[0]?.chain[0].raw).toEqual(leaf.raw);
    expect(peers[0]).toMatchObject({ tlsAuthorized: true });
    expect(peers[0]).not.toHaveProperty('tlsError');
    expect(Object.isFrozen(peers[0]) && Object.isFrozen(peers[0]?.chain)).toBe(true);
    expect(peers[1]).toBe(peers[0]);
    expect(peers[2]).toBe(peers[0]);
    expect(peers[3]).not.toBe(peers[0]);
  });

  test.each([
    ['without certificate, on a server that asks for one', permissive],
    ['on a server that does not ask', { ...bare, requestCert: false }],
  ])('has none %s', async (_title, options) => {
    const { port, peers } = await collecting(options);
    await visit(port, {}, 2);
    expect(peers).toEqual([undefined, undefined]);
  });

  test('has none when it does not speak TLS', async () => {
    const seen: (PeerCertificate | undefined)[] = [];
    const port = await listen(
      createPlainServer((socket) => {
        seen.push(peerCertificateOf(socket));
        socket.end();
      }),
    );
    await once(connect(port, '127.0.0.1').resume(), 'close');
    expect(seen).toEqual([undefined]);
  });

  const stranger = root({ name: 'stranger', ...validNow });
  const uris = ['spiffe://prod.test/orders'];
  test.each([
    ['signed itself', issue({ uris, ...validNow }), /SELF_SIGNED/],
    ['comes from another authority', orders({}, stranger), /UNABLE_TO|SELF_SIGNED/],
    ['is expired', orders({ notBefore: 0, notAfter: Date.parse('2020-01-01T00:00:00Z') }), /^CERT_HAS_EXPIRED$/],
    ['is not valid yet', orders({ notBefore: validNow.notAfter, notAfter: validNow.notAfter + 1000 }), /NOT_YET_VALID/],
    ['is for servers only', orders({ purposes: ['1.3.6.1.5.5.7.3.1'] }), /^INVALID_PURPOSE$/],
  ])('is not authorized when its certificate %s, and the reason is text', async (_title, leaf, expected) => {
    const { port, peers } = await collecting(permissive);
    await visit(port, showing(leaf));
    expect(peers).toMatchObject([{ tlsAuthorized: false, tlsError: expect.stringMatching(expected) }]);
  });

  test('is read defensively: whatever the error is, it becomes text', () => {
    const leaf = orders().certificate;
    const peerOf = (authorizationError: unknown) =>
      peerCertificateOf({ getPeerX509Certificate: () => leaf, authorized: false, authorizationError } as never);
    expect(peerOf('CERT_HAS_EXPIRED')).toMatchObject({ tlsError: 'CERT_HAS_EXPIRED' });
    expect(peerOf(new Error('unable to verify'))).toMatchObject({ tlsError: 'unable to verify' });
    expect(peerOf(null)).not.toHaveProperty('tlsError');
    expect(peerOf(undefined)).not.toHaveProperty('tlsError');
  });

  test.each([['yes'], [1], [{}], [undefined], [null]])(
    'is authorized by true and by nothing else: not by %j',
    (authorized) => {
      const socket = { getPeerX509Certificate: () => orders().certificate, authorized };
      expect(peerCertificateOf(socket as never)).toMatchObject({ tlsAuthorized: false });
    },
  );

  test('is read with an end, when certificates name one another as issuers', () => {
    const circle = Array.from({ length: 30 }, (_, at) => ({
      fingerprint256: `${at}`,
      issuerCertificate: undefined as unknown,
    }));
    for (const [at, one] of circle.entries()) one.issuerCertificate = circle[(at + 1) % circle.length];
    const peer = peerCertificateOf({ getPeerX509Certificate: () => circle[0], authorized: true } as never);
    expect(peer?.chain).toHaveLength(10);
    const own = { fingerprint256: 'own', issuerCertificate: undefined as unknown };
    own.issuerCertificate = own;
    expect(peerCertificateOf({ getPeerX509Certificate: () => own, authorized: true } as never)?.chain).toHaveLength(1);
  });
});

/** Whether this Node shows the intermediates of a client, found out on a bare server. */
async function showsIntermediates(): Promise<boolean> {
  let shown = false;
  const port = await serveTls({ ...bare, rejectUnauthorized: true }, (request, response) => {
    shown = (request.socket as ReturnType<typeof dial>).getPeerX509Certificate()?.issuerCertificate !== undefined;
    response.end();
  });
  await visit(port, showing(orders({}, intermediate), intermediate));
  return shown;
}

/** The verdict of the mechanism, request by request, over either version of HTTP. */
async function verdicts(http: 'HTTP/1.1' | 'HTTP/2', trusted: TrustBundle, leaf: Issued, ...chain: Issued[]) {
  const mechanism = clientCertificate({ trustBundle: trusted }).bind({
    clock: systemClock,
    fetch: () => Promise.reject(new Error('no network')),
    notify: () => {},
    service: 'spiffe://prod.test/inventory',
    audience: ['https://inventory.test'],
  });
  const seen: string[] = [];
  const handler = (request: NodeRequest, end: () => void) => {
    const facts = requestFactsOf(request);
    const peer = facts.peerCertificate;
    if (peer === undefined) throw new Error('no certificate');
    void Promise.resolve(mechanism.authenticate({ kind: 'client-certificate', peer }, facts)).then((outcome) => {
      seen.push(outcome.ok ? outcome.value.workload : outcome.reason);
      end();
    });
  };
  const options = safe('permissive', [trusted]);
  if (http === 'HTTP/1.1') {
    const port = await listen(createServer(options, (request, response) => handler(request, () => response.end())));
    await visit(port, showing(leaf, ...chain), 3);
    return seen;
  }
  const port = await listen(createSecureServer(options, (request, response) => handler(request, () => response.end())));
  const session = connectHttp2(`https://localhost:${port}`, {
    createConnection: () => dial(port, { ...showing(leaf, ...chain), ALPNProtocols: ['h2'] }),
  });
  onTestFinished(() => session.destroy());
  for (let left = 3; left > 0; left -= 1) {
    const stream = session.request({ ':path': '/' }).resume();
    await once(stream, 'end');
  }
  return seen;
}

describe.each(['HTTP/1.1', 'HTTP/2'] as const)('over %s, every request of a connection has the same caller', (http) => {
  const id = 'spiffe://prod.test/orders';

  test('whose authority issued its certificate itself', async () => {
    expect(await verdicts(http, bundle, orders())).toEqual([id, id, id]);
  });

  test('whose certificate has an intermediate, where Node shows it; elsewhere it is refused', async () => {
    const judged = await verdicts(http, bundle, orders({}, intermediate), intermediate);
    const one = (await showsIntermediates()) ? id : 'CERTIFICATE_UNTRUSTED';
    expect(judged).toEqual([one, one, one]);
  });

  test('whose intermediate stands in the bundle, on every version of Node', async () => {
    const wide = trustBundle({ trustDomain: 'prod.test', pem: [authority.pem, intermediate.pem] });
    expect(await verdicts(http, wide, orders({}, intermediate), intermediate)).toEqual([id, id, id]);
  });

  test('whose intermediate stands in the bundle without its root, which is no end of a path for OpenSSL', async () => {
    const narrow = trustBundle({ trustDomain: 'prod.test', pem: intermediate.pem });
    const refused = 'CERTIFICATE_UNTRUSTED';
    expect(await verdicts(http, narrow, orders({}, intermediate), intermediate)).toEqual([refused, refused, refused]);
  });
});

test('over HTTP/2 the certificate is read once for a session, although each request has its own socket object', async () => {
  const seen: { readonly socket: Socket; readonly peer: PeerCertificate | undefined }[] = [];
  const port = await listen(
    createSecureServer(safe('required'), (request, response) => {
      seen.push({ socket: request.socket as Socket, peer: requestFactsOf(request).peerCertificate });
      response.end();
    }),
  );
  for (let sessions = 2; sessions > 0; sessions -= 1) {
    const session = connectHttp2(`https://localhost:${port}`, {
      createConnection: () => dial(port, { ...showing(orders()), ALPNProtocols: ['h2'] }),
    });
    onTestFinished(() => session.destroy());
    await once(session.request({ ':path': '/' }).resume(), 'end');
    await once(session.request({ ':path': '/' }).resume(), 'end');
  }
  const [first, second, third, fourth] = seen.map(({ peer }) => peer);
  expect(first).toBeDefined();
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(fourth).toBe(third);
});
