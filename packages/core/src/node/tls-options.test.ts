import { createSecureServer } from 'node:http2';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { keysOf, root, svid } from '../certificate/certificate.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { trustBundle } from '../certificate/trust-bundle.ts';
import { changingBundles, changingIdentity, identityOf } from './guarded-server.test-kit.ts';
import { assertSafeServer } from './server-safety.ts';
import {
  createTlsOptions,
  tlsSourcesOf,
  type CreateTlsOptions,
  type TlsOptionsFromPair,
  type TlsOptionsFromSource,
} from './tls-options.ts';
import {
  authority,
  bundle,
  dial,
  listen,
  orders,
  safe,
  server,
  serveTls,
  showing,
  validNow,
  visit,
} from './tls.test-kit.ts';

const trustless = { find: () => bundle, list: () => [bundle] };
const good: TlsOptionsFromPair = {
  key: new Secret(server.keyPem),
  certificate: server.pem,
  trustBundles: [bundle],
  clientCertificate: 'required',
};

describe('the settings', () => {
  test('ask for certificates of every bundle, over TLS 1.2 or later, without tickets and renegotiation', () => {
    const other = trustBundle({ trustDomain: 'partner.test', pem: root({ name: 'other' }).pem });
    const options = createTlsOptions({ ...good, trustBundles: [bundle, other] });
    expect(options).toMatchObject({ requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' });
    expect(options.ca).toHaveLength(2);
    expect(options.cert).toBe(server.pem);
    expect(createTlsOptions({ ...good, clientCertificate: 'permissive' }).rejectUnauthorized).toBe(false);
  });

  const faultsOf = (change: object): readonly string[] => {
    try {
      createTlsOptions({ ...good, ...change } as CreateTlsOptions);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).not.toContain(server.keyPem.split('\n')[1]);
      return (error as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`);
    }
    return [];
  };

  test.each([
    ['a key as text', { key: server.keyPem }, ['CONFIG_INVALID key']],
    ['no key', { key: undefined }, ['CONFIG_INVALID key']],
    ['a key that is none', { key: new Secret('hello') }, ['CONFIG_KEY_REFUSED key']],
    [
      'a public key',
      { key: new Secret(String(server.keys.publicKey.export({ type: 'spki', format: 'pem' }))) },
      ['CONFIG_KEY_REFUSED key'],
    ],
    ['the key of somebody else', { key: new Secret(authority.keyPem) }, ['CONFIG_INVALID certificate']],
    [
      'the key of another kind',
      { key: new Secret(String(keysOf('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))) },
      ['CONFIG_INVALID certificate'],
    ],
    ['no certificate', { certificate: undefined }, ['CONFIG_INVALID certificate']],
    ['a certificate that is none', { certificate: 'hello' }, ['CONFIG_INVALID certificate']],
    ['the chain with the leaf last', { certificate: authority.pem + server.pem }, ['CONFIG_INVALID certificate']],
    ['no bundles', { trustBundles: undefined }, ['CONFIG_MISSING trustBundles']],
    ['an empty list', { trustBundles: [] }, ['CONFIG_MISSING trustBundles']],
    ['a bundle outside a list', { trustBundles: bundle }, ['CONFIG_MISSING trustBundles']],
    ['something else in the list', { trustBundles: [bundle, null] }, ['CONFIG_MISSING trustBundles']],
    [
      'an empty bundle',
      { trustBundles: [{ trustDomain: 'prod.test', authorities: [] }] },
      ['CONFIG_MISSING trustBundles'],
    ],
    ['no choice', { clientCertificate: undefined }, ['CONFIG_MISSING clientCertificate']],
    ['another choice', { clientCertificate: 'optional' }, ['CONFIG_MISSING clientCertificate']],
    ['verification turned off', { rejectUnauthorized: false }, ['CONFIG_UNKNOWN_OPTION rejectUnauthorized']],
    ['ticket keys', { ticketKeys: Buffer.alloc(48) }, ['CONFIG_UNKNOWN_OPTION ticketKeys']],
    [
      'three at once',
      { key: 1, certificate: '', trustBundles: [] },
      ['CONFIG_MISSING trustBundles', 'CONFIG_INVALID key', 'CONFIG_INVALID certificate'],
    ],
  ])('are not made from %s', (_title, change, expected) => {
    expect(faultsOf(change)).toEqual(expected);
  });

  const identity = identityOf(server);
  const sourced: TlsOptionsFromSource = {
    identity: changingIdentity(identity),
    trustBundles: changingBundles(bundle),
    clientCertificate: 'required',
  };

  test('are not made from a source in brackets, and the fix says so', () => {
    const trustBundles = [sourced.trustBundles] as unknown as TlsOptionsFromPair['trustBundles'];
    expect(() => createTlsOptions({ ...good, trustBundles })).toThrow('by itself, without brackets');
  });

  test('are the same from sources, from an identity, and from a pair', () => {
    const paired = createTlsOptions(good);
    expect(createTlsOptions(sourced)).toEqual(paired);
    expect(createTlsOptions({ ...sourced, identity, trustBundles: [bundle] })).toEqual(paired);
    expect(tlsSourcesOf(createTlsOptions(sourced))).toMatchObject({ maximumConnectionAgeSeconds: 3600 });
    expect(tlsSourcesOf({ ...paired })).toBeUndefined();
  });

  test.each([
    ['a source that has nothing yet', { identity: changingIdentity(undefined) }, ['CONFIG_MISSING identity']],
    ['a set that holds nothing yet', { trustBundles: changingBundles() }, ['CONFIG_MISSING trustBundles']],
    ['a set that tells of no changes', { trustBundles: trustless }, ['CONFIG_MISSING trustBundles']],
    ['a source beside a key', { key: new Secret(server.keyPem) }, ['CONFIG_CONFLICT identity']],
    ['an identity beside a certificate', { identity, certificate: server.pem }, ['CONFIG_CONFLICT identity']],
    ['no source', { identity: undefined }, ['CONFIG_INVALID identity']],
    ['something else as source', { identity: { find: () => identity } }, ['CONFIG_INVALID identity']],
    [
      'an identity that does not fit its key',
      { identity: { ...identity, key: new Secret(authority.keyPem) } },
      ['CONFIG_INVALID identity.certificate'],
    ],
    ['an age that is none', { maximumConnectionAgeSeconds: 0 }, ['CONFIG_INVALID maximumConnectionAgeSeconds']],
    ['an age as text', { maximumConnectionAgeSeconds: '1h' }, ['CONFIG_INVALID maximumConnectionAgeSeconds']],
    ['an age without end', { maximumConnectionAgeSeconds: Infinity }, ['CONFIG_INVALID maximumConnectionAgeSeconds']],
  ])('are not made from %s', (_title, change, expected) => {
    let faults: readonly string[] = [];
    try {
      createTlsOptions({ ...sourced, ...change } as CreateTlsOptions);
    } catch (error) {
      faults = (error as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`);
    }
    expect(faults).toEqual(expected);
  });

  test('say what to wait for when a source has nothing yet', () => {
    const early = { ...sourced, identity: changingIdentity(undefined) };
    expect(() => createTlsOptions(early)).toThrow(/identity: has nothing to show yet[^]*await source\.ready\(\)/);
  });

  test('are not made from nothing', () => {
    expect(() => createTlsOptions(undefined as never)).toThrow(ConfigurationError);
  });
});

describe('a server with the settings', () => {
  const answering = (clientCertificate: CreateTlsOptions['clientCertificate']) =>
    serveTls(safe(clientCertificate), (_request, response) => response.end('ok'));
  const stranger = orders({}, root({ name: 'stranger', ...validNow }));
  const rows = [
    ['a good certificate', showing(orders()), true, true],
    ['no certificate', {}, false, true],
    ['a certificate of somebody else', showing(stranger), false, true],
    ['an expired certificate', showing(orders({ notBefore: 0, notAfter: 1000 })), false, true],
  ] as const;

  test.each(rows)('lets %s connect where certificates are required: %#', async (_title, options, required) => {
    expect((await visit(await answering('required'), options)).received.includes('ok')).toBe(required);
  });

  test.each(rows)('lets %s connect where it is permissive: %#', async (_title, options, _required, permissive) => {
    expect((await visit(await answering('permissive'), options)).received.includes('ok')).toBe(permissive);
  });

  test.each([
    ['TLSv1.3', 'TLSv1.3'],
    ['TLSv1.2', 'TLSv1.2'],
    ['TLSv1.1', null],
    ['TLSv1', null],
  ] as const)('speaks %s: %s', async (version, protocol) => {
    const only = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const visited = await visit(await answering('required'), { ...showing(orders()), ...only });
    expect(visited.protocol).toBe(protocol);
  });

  test('does not renegotiate, so nobody changes its certificate on an open connection', async () => {
    const port = await answering('required');
    const socket = dial(port, { ...showing(orders()), maxVersion: 'TLSv1.2' });
    await once(socket, 'secureConnect');
    const refused = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    const error = await new Promise<Error | null>((resolve) => {
      socket.renegotiate({}, resolve);
      void refused.then(() => resolve(new Error('closed')));
    });
    expect(error).toBeInstanceOf(Error);
    socket.destroy();
  });

  test('is one that is safe, also over HTTP/2', async () => {
    const both = createSecureServer({ ...safe('required'), allowHTTP1: true }, (_request, response) => {
      response.end('ok');
    });
    expect(() => assertSafeServer(both)).not.toThrow();
    expect((await visit(await listen(both), showing(svid(authority, validNow)))).received).toContain('ok');
  });
});
