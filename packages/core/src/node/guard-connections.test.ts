/** Guarded servers on real sockets: they follow their sources, and end connections that have had their time. */
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { all } from '../authentication/accept.ts';
import { clientCertificate } from '../authentication/client-certificate.ts';
import { hour, root, svid, usage } from '../certificate/certificate.test-kit.ts';
import { createServiceAuth } from '../enforcement/create-service-auth.ts';
import { fakeTokens } from '../enforcement/pipeline.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { listDer } from '../certificate/revocation-list.test-kit.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import { guardConnections } from './guard-connections.ts';
import { cutOff, fetchOver, kept, poolOf } from './guarded-client.test-kit.ts';
import { guardedServer, identityOf, until, type GuardedOptions } from './guarded-server.test-kit.ts';
import { authority, bare, bundle, listen, orders, safe, server, validNow } from './tls.test-kit.ts';

const caller = 'spiffe://prod.test/orders';
const other = root({ name: 'other', ...validNow });
const both = trustBundle({ trustDomain: 'prod.test', pem: [authority.pem, other.pem] });
const otherOnly = trustBundle({ trustDomain: 'prod.test', pem: other.pem });
const protocols = ['https', 'http2'] as const;

const codes = (notices: readonly { readonly code: string }[]): readonly string[] => notices.map(({ code }) => code);

describe.each(protocols)('a guarded server of %s', (protocol) => {
  const guarded = (options: GuardedOptions = {}) => guardedServer({ protocol, ...options });

  test('shows a new certificate to new connections, and ends those that saw the old one', async () => {
    const { port, identity, notices, pass } = await guarded();
    const before = await kept(protocol, port);
    expect(await before.call()).toMatchObject({ status: 200, body: caller });
    const renewed = svid(authority, { dnsNames: ['localhost'], uris: ['spiffe://prod.test/inventory'], ...validNow });
    identity.change(identityOf(renewed));
    pass(1);
    expect((await fetchOver(poolOf(orders()), port)).certificate).toBe(renewed.certificate.fingerprint256);
    // Over HTTP/2 the GOAWAY has said so, and clients go on over another connection.
    if (protocol === 'https') expect(await before.call()).toMatchObject({ status: 200, body: caller });
    pass(1);
    await until(() => !before.isOpen());
    expect(codes(notices)).toEqual(['TLS_UPDATED', 'CONNECTIONS_CLOSED']);
    expect(notices.at(-1)).toMatchObject({ facts: { rotated: 1, age: 0, expired: 0, untrusted: 0, refused: 0 } });
  });

  test('keeps what it shows when the source has nothing any more', async () => {
    const { port, identity } = await guarded();
    identity.change(undefined);
    expect((await fetchOver(poolOf(orders()), port)).certificate).toBe(server.certificate.fingerprint256);
  });

  test('takes a new CA beside the old one without closing anything, then closes what only the old one vouches for', async () => {
    const { port, bundles, pass, events, notices } = await guarded();
    const old = await kept(protocol, port);
    await old.call();
    const early = svid(other, { notBefore: Date.now() - hour, notAfter: Date.now() + hour });
    await expect(fetchOver(poolOf(early), port)).rejects.toThrow(cutOff);
    bundles.change(both);
    const fresh = await kept(protocol, port, early);
    expect(await fresh.call()).toMatchObject({ status: 200, body: caller });
    pass(1);
    expect(await old.call()).toMatchObject({ status: 200, body: caller });
    bundles.change(otherOnly);
    await old.ended();
    expect(await fresh.call()).toMatchObject({ status: 200, body: caller });
    expect(fresh.isOpen()).toBe(true);
    await expect(fetchOver(poolOf(orders()), port)).rejects.toThrow(cutOff);
    await until(() => events.some((event) => event['event.reason'] === 'CERTIFICATE_UNTRUSTED'));
    expect(notices.filter(({ code }) => code === 'CONNECTIONS_CLOSED')).toMatchObject([{ facts: { untrusted: 1 } }]);
  });

  test('finishes what is under way before it closes', async () => {
    const { port, bundles, held, pass } = await guarded();
    const connection = await kept(protocol, port);
    const slow = connection.call('/slow');
    await until(() => held.length === 1);
    bundles.change(otherOnly);
    pass(10);
    held[0]?.end('done');
    expect(await slow).toMatchObject({ status: 200, body: 'done' });
    await connection.ended();
  });

  test('cuts off what is under way when the grace is over', async () => {
    const { port, bundles, held, pass } = await guarded();
    const connection = await kept(protocol, port);
    const slow = connection.call('/slow').catch(() => 'cut off');
    await until(() => held.length === 1);
    bundles.change(otherOnly);
    await until(() => true);
    await new Promise((resolve) => setImmediate(resolve));
    pass(31);
    expect(await slow).toBe('cut off');
  });

  test('closes connections whose certificate has expired', async () => {
    const { port, pass, notices } = await guarded();
    const short = await kept(protocol, port, orders());
    await short.call();
    pass(3599);
    await new Promise((resolve) => setImmediate(resolve));
    expect(short.isOpen()).toBe(true);
    pass(2);
    await until(() => notices.length > 0);
    pass(5);
    await short.ended();
    expect(codes(notices)).toContain('CONNECTIONS_CLOSED');
  });

  test('closes old connections, after the next response or a sweep later', async () => {
    const { port, pass, notices } = await guarded({ maximumConnectionAgeSeconds: 60 });
    const idle = await kept(protocol, port);
    const busy = await kept(protocol, port);
    await Promise.all([idle.call(), busy.call()]);
    pass(59);
    await new Promise((resolve) => setImmediate(resolve));
    expect(notices).toEqual([]);
    pass(2);
    await until(() => notices.length > 0);
    // Over HTTP/2 the GOAWAY has said so, and clients go on over another connection.
    if (protocol === 'https') expect(await busy.call()).toMatchObject({ status: 200 });
    pass(5);
    await until(() => !idle.isOpen() && !busy.isOpen());
    expect(notices).toMatchObject([{ code: 'CONNECTIONS_CLOSED', facts: { age: 2, expired: 0, untrusted: 0 } }]);
  });

  test('judges clients without certificate by their age alone', async () => {
    const { port, pass, notices, bundles } = await guarded({
      clientCertificate: 'permissive',
      maximumConnectionAgeSeconds: 60,
    });
    const nobody = await kept(protocol, port, null);
    expect(await nobody.call()).toMatchObject({ status: 403, body: 'CREDENTIAL_MISSING' });
    bundles.change(otherOnly);
    pass(30);
    await new Promise((resolve) => setImmediate(resolve));
    expect(codes(notices)).toEqual(['TLS_UPDATED']);
    pass(31);
    await until(() => notices.length > 1);
    pass(5);
    expect(notices.at(-1)).toMatchObject({ code: 'CONNECTIONS_CLOSED', facts: { age: 1 } });
    await until(() => !nobody.isOpen());
  });

  test('lets connections stand while the service wants a token besides', async () => {
    const { port, pass, notices } = await guarded({
      accept: (bundles) => [all(clientCertificate({ trustBundle: bundles }), fakeTokens())],
    });
    const connection = await kept(protocol, port);
    expect(await connection.call()).toMatchObject({ status: 401 });
    pass(60);
    await new Promise((resolve) => setImmediate(resolve));
    expect(connection.isOpen()).toBe(true);
    expect(notices).toEqual([]);
  });

  test('lets connections stand when the bundle of the service cannot be had', async () => {
    let works = true;
    const source = {
      find: () => {
        if (!works) throw new Error('down');
        return bundle;
      },
    };
    const { port, pass, notices } = await guarded({ accept: () => [clientCertificate({ trustBundle: source })] });
    const connection = await kept(protocol, port);
    expect(await connection.call()).toMatchObject({ status: 200 });
    works = false;
    pass(60);
    await new Promise((resolve) => setImmediate(resolve));
    expect(notices).toEqual([]);
    expect(await connection.call()).toMatchObject({ status: 503 });
    works = true;
    expect(await connection.call()).toMatchObject({ status: 200 });
  });

  test('closes connections that the service does not let stand any more', async () => {
    let trusted = bundle;
    const { port, pass, notices } = await guarded({
      accept: () => [clientCertificate({ trustBundle: { find: () => trusted } })],
    });
    const connection = await kept(protocol, port);
    expect(await connection.call()).toMatchObject({ status: 200 });
    trusted = otherOnly;
    pass(5);
    await until(() => notices.length > 0);
    pass(5);
    await connection.ended();
    expect(notices).toMatchObject([{ code: 'CONNECTIONS_CLOSED', facts: { refused: 1 } }]);
  });

  test('closes the connection of a revoked client, and of nobody when a list is out of date', async () => {
    const issuer = root({ name: 'lists', keyUsage: usage.keyCertSign | usage.crlSign, ...validNow });
    const window = { thisUpdate: Date.now() - hour, nextUpdate: Date.now() + hour };
    const [good, revoked] = [orders({ name: 'good' }, issuer), orders({ name: 'bad' }, issuer)];
    const pem = issuer.pem;
    const withList = (list: object): TrustBundle => {
      const crl = listDer({ issuer, ...window, ...list }).toString('base64');
      const block = `-----BEGIN X509 CRL-----\n${crl}\n-----END X509 CRL-----\n`;
      return trustBundle({ trustDomain: 'prod.test', pem: [authority.pem, pem], crl: block });
    };
    const { port, bundles, pass, notices } = await guarded();
    bundles.change(trustBundle({ trustDomain: 'prod.test', pem: [authority.pem, pem] }));
    const [stays, goes] = [await kept(protocol, port, good), await kept(protocol, port, revoked)];
    expect([await stays.call(), await goes.call()]).toMatchObject([{ status: 200 }, { status: 200 }]);
    bundles.change(withList({ thisUpdate: Date.now() - 2 * hour, nextUpdate: Date.now() - hour }));
    pass(5);
    await new Promise((resolve) => setImmediate(resolve));
    expect([stays.isOpen(), goes.isOpen()]).toEqual([true, true]);
    expect([await stays.call(), await goes.call()]).toMatchObject([{ status: 503 }, { status: 503 }]);
    bundles.change(withList({ revoked: [revoked] }));
    await until(() => !goes.isOpen());
    expect(await stays.call()).toMatchObject({ status: 200 });
    expect(notices.filter(({ code }) => code === 'CONNECTIONS_CLOSED')).toMatchObject([{ facts: { untrusted: 1 } }]);
  });

  test('is left alone when the service closes', async () => {
    const { port, auth, pass, bundles, identity, notices } = await guarded({ maximumConnectionAgeSeconds: 60 });
    const connection = await kept(protocol, port);
    await connection.call();
    await auth.close();
    bundles.change(otherOnly);
    identity.change(identityOf(orders()));
    pass(600);
    expect(await connection.call()).toMatchObject({ status: 403, body: 'CERTIFICATE_UNTRUSTED' });
    expect(notices).toEqual([]);
  });
});

describe('nothing is guarded', () => {
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [clientCertificate({ trustBundle: bundle })],
    audit: memorySink(),
  });
  const tls = safe('required');
  const faultsOf = (guard: () => unknown): readonly string[] => {
    try {
      guard();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      return (error as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`);
    }
    return [];
  };

  test.each([
    ['without a service', {}, createServer(tls), tls, ['CONFIG_MISSING auth']],
    ['with a copy of the settings', auth, createServer(tls), { ...tls }, ['CONFIG_INVALID tls']],
    ['of a plain server', auth, createHttp(), tls, ['CONFIG_INVALID server']],
    ['of a server with other settings', auth, createServer(safe('permissive')), tls, ['CONFIG_CONFLICT server']],
    [
      'of a server that asks no client',
      auth,
      createServer({ ...bare, requestCert: false }),
      tls,
      ['CONFIG_CONFLICT server'],
    ],
    ['of an unsafe server', auth, createServer({ ...tls, minVersion: 'TLSv1' }), tls, ['CONFIG_UNSAFE minVersion']],
    [
      'of nothing',
      undefined,
      undefined,
      undefined,
      ['CONFIG_MISSING auth', 'CONFIG_INVALID tls', 'CONFIG_INVALID server'],
    ],
  ])('%s', (_title, ...[service, listening, settings, expected]) => {
    expect(faultsOf(() => guardConnections(service as never, listening as never, settings as never))).toEqual(expected);
  });

  test('twice, and not after the server listens', async () => {
    const guarded = createServer(tls);
    const stop = guardConnections(auth, guarded, tls);
    expect(faultsOf(() => guardConnections(auth, guarded, tls))).toEqual(['CONFIG_CONFLICT server']);
    stop();
    guardConnections(auth, guarded, tls)();
    await listen(guarded);
    expect(faultsOf(() => guardConnections(auth, guarded, tls))).toEqual(['CONFIG_CONFLICT server']);
  });
});
