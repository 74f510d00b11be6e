import { once } from 'node:events';
import { Agent, request } from 'node:https';
import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { changingBundles, changingIdentity, identityOf } from '../../core/src/node/guarded-server.test-kit.ts';
import { authority, bundle, orders, server, showing, validNow } from '../../core/src/node/tls.test-kit.ts';
import { svid } from '../../core/src/certificate/certificate.test-kit.ts';
import { serve } from './fastify.test-kit.ts';
import {
  clientCertificate,
  ConfigurationError,
  createServiceAuth,
  createTlsOptions,
  memorySink,
  serviceAuth,
  type TlsOptions,
} from './index.ts';

function world() {
  const identity = changingIdentity(identityOf(server));
  const bundles = changingBundles(bundle);
  const audit = memorySink();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [clientCertificate({ trustBundle: bundles })],
    audit,
  });
  const tls = createTlsOptions({ identity, trustBundles: bundles, clientCertificate: 'required' });
  return { identity, audit, auth, tls };
}

/** What the server shows, and the status; undefined when it lets nobody in. */
async function visit(port: number, options: object): Promise<{ shown: string; status: number } | undefined> {
  const agent = new Agent({ ca: authority.pem, maxCachedSessions: 0, ...options });
  onTestFinished(() => agent.destroy());
  const sent = request({ agent, port, path: '/stock', host: '127.0.0.1', servername: 'localhost' });
  sent.end();
  const [answer] = (await once(sent, 'response').catch(() => [])) as [
    { statusCode: number; socket: { getPeerCertificate(): { fingerprint256: string } }; resume(): void }?,
  ];
  answer?.resume();
  return answer && { shown: answer.socket.getPeerCertificate().fingerprint256, status: answer.statusCode };
}

test.each([
  ['HTTP/1', {}],
  ['HTTP/2', { http2: true }],
] as const)(
  'an application that is given its TLS settings follows them over %s, and records refused handshakes',
  async (_title, more) => {
    const { identity, audit, auth, tls } = world();
    const https = 'http2' in more ? { ...tls, allowHTTP1: true } : tls;
    const app = fastify({ https, ...more } as { https: typeof tls });
    await app.register(serviceAuth, { auth, tls });
    app.get('/stock', { config: { allow: { caller: 'spiffe://prod.test/orders' } } }, async () => 'ok');
    const port = await serve(app);
    const caller = showing(orders());
    expect(await visit(port, caller)).toEqual({ shown: server.certificate.fingerprint256, status: 200 });
    const renewed = svid(authority, { dnsNames: ['localhost'], ...validNow });
    identity.change(identityOf(renewed));
    expect(await visit(port, caller)).toEqual({ shown: renewed.certificate.fingerprint256, status: 200 });
    expect(await visit(port, {})).toBeUndefined();
    while (audit.events.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(audit.events[2]).toMatchObject({ 'event.reason': 'CREDENTIAL_MISSING', 'tls.established': false });
  },
);

test.each<readonly [string, (tls: TlsOptions) => { readonly server: object; readonly tls: TlsOptions }]>([
  ['a copy of the settings', (tls) => ({ server: { https: tls }, tls: { ...tls } })],
  [
    'settings that its server was not made with',
    (tls) => ({ server: { https: { ...tls, rejectUnauthorized: false } }, tls }),
  ],
  ['settings, and serves no TLS', (tls) => ({ server: {}, tls })],
])('an application does not boot when it is given %s', async (_title, make) => {
  const { auth, tls } = world();
  const made = make(tls);
  const app = fastify(made.server);
  const boot = async (): Promise<void> => {
    await app.register(serviceAuth, { auth, tls: made.tls });
    await app.ready();
  };
  await expect(boot()).rejects.toThrow(ConfigurationError);
});
