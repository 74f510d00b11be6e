import type { TLSSocket } from 'node:tls';
import { Secret, trustBundle, x509Identity, type ConfigurationError } from '@countersign/core';
import { createTestAuthority, type CertificateRequest, type PemIdentity } from '@countersign/testing';
import { describe, expect, it } from 'vitest';
import {
  audience,
  authority,
  client,
  credentialsAt,
  faultOf,
  identityOf,
  json,
  serve,
  startIssuer,
  testClock,
} from '../client.test-kit.ts';
import { mtls, type MtlsOptions, type OwnPair, type ServerOptions, type ServiceClient } from '../index.ts';

const server = 'spiffe://prod.test/inventory';

type Changes = Partial<ServerOptions & OwnPair>;

async function optionsOf(changes: Changes = {}): Promise<MtlsOptions> {
  const { keyPem, certificatePem } = await identityOf('orders');
  const { bundle } = await authority();
  return { key: new Secret(keyPem), certificate: certificatePem, server, trustBundle: bundle, ...changes };
}

async function callerOf(identity: PemIdentity, changes: Changes = {}, clock = testClock()) {
  const seen: string[] = [];
  const { bundlePem: ca } = await authority();
  const service = await serve(
    (_one, response, request) => {
      const peer = (request.socket as TLSSocket).getPeerX509Certificate();
      seen.push(peer?.subjectAltName ?? 'nobody');
      json(response, 200, {});
    },
    identity,
    // Without the lower level OpenSSL would not even serve the weak certificates.
    { requestCert: true, rejectUnauthorized: false, ca, ciphers: 'DEFAULT@SECLEVEL=0' },
  );
  const issuer = await startIssuer();
  const credentials = await credentialsAt(issuer);
  const tls = mtls(await optionsOf(changes));
  const inventory: ServiceClient = client({ baseUrl: service.origin, audience, credentials, tls, clock });
  return { inventory, service, seen, clock };
}

const good: CertificateRequest = { id: server };

describe('a server', () => {
  it.each<readonly [string, CertificateRequest]>([
    ['without any host name', good],
    ['with the name of another host', { ...good, dnsNames: ['elsewhere.test'] }],
    ['with a common name', { ...good, commonName: 'whatever' }],
    ['with an RSA key', { ...good, key: 'rsa-2048' }],
  ])('that is the expected workload is called: %s', async (_name, request) => {
    const { inventory, service, seen } = await callerOf(await (await authority()).issue(request));
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(seen[0]).toContain('spiffe://prod.test/orders');
    expect(service.seen[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it('that is certified by an intermediate authority is called', async () => {
    const intermediate = await (await authority()).issueIntermediate();
    const { inventory } = await callerOf(await intermediate.issue(good));
    expect((await inventory.fetch('/')).status).toBe(200);
  });

  it.each<readonly [string, CertificateRequest]>([
    ['is another workload', { id: 'spiffe://prod.test/payments' }],
    ['has a longer id', { id: `${server}/admin` }],
    ['has a shorter id', { id: 'spiffe://prod.test/inventor' }],
    ['has its id in other letters', { id: 'spiffe://prod.test/Inventory' }],
    ['names another trust domain', { id: 'spiffe://other.test/inventory' }],
    ['has two ids', { uris: [server, 'spiffe://prod.test/payments'] }],
    ['has a web address for an id', { uris: ['https://inventory.internal'] }],
    ['has no id, but the right host name', { uris: [], dnsNames: ['localhost'] }],
    ['has its id as common name', { uris: [], dnsNames: ['localhost'], commonName: server }],
    ['has its id as host name', { uris: [], dnsNames: [server] }],
    ['is a client only', { ...good, extendedKeyUsage: ['clientAuth'] }],
    ['has no purpose', { ...good, extendedKeyUsage: [] }],
    ['is an authority', { ...good, isCa: true, keyUsage: ['keyCertSign', 'digitalSignature'] }],
    ['may sign certificates', { ...good, keyUsage: ['keyCertSign', 'digitalSignature'] }],
    ['has expired', { ...good, startsInSeconds: -7200, lifetimeSeconds: -3600 }],
    ['is not valid yet', { ...good, startsInSeconds: 3600, lifetimeSeconds: 7200 }],
    ['is signed with SHA-1', { ...good, signatureHash: 'SHA-1' }],
  ])('that %s gets no request and no credential', async (_name, request) => {
    const identity = await (await authority()).issue(request);
    const { inventory, service } = await callerOf(identity);
    const fault = await faultOf(inventory.fetch('/', { method: 'POST', body: 'secret order' }));
    expect(fault).toMatchObject({ code: 'SERVER_UNTRUSTED', requestSent: 'never' });
    expect(service.seen).toEqual([]);
  });

  it.each(['prod.test', 'other.test'])(
    'with the right id from a strange authority of %s is refused',
    async (trustDomain) => {
      const strange = await createTestAuthority({ trustDomain });
      const { inventory, service } = await callerOf(await strange.issue(good));
      expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
      expect(service.seen).toEqual([]);
    },
  );

  it('of a second trust domain is called with the bundle of that domain, and refused with that name from ours', async () => {
    const other = await createTestAuthority({ trustDomain: 'other.test' });
    const expected = { server: 'spiffe://other.test/inventory', trustBundle: other.bundle };
    const right = await callerOf(await other.issue({ id: expected.server }), expected);
    expect((await right.inventory.fetch('/')).status).toBe(200);
    const wrong = await callerOf(await (await authority()).issue({ id: expected.server }), expected);
    expect(await faultOf(wrong.inventory.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
    expect(wrong.service.seen).toEqual([]);
  });

  it('is judged on every connection, by the clock that was passed in', async () => {
    const { inventory, clock } = await callerOf(await (await authority()).issue(good));
    expect((await inventory.fetch('/')).status).toBe(200);
    clock.advance(-7200);
    const again = await callerOf(await (await authority()).issue(good), {}, clock);
    expect(await faultOf(again.inventory.fetch('/'))).toMatchObject({
      code: 'SERVER_UNTRUSTED',
      detail: { check: 'notBefore' },
    });
    expect(again.service.seen).toEqual([]);
  });

  it('does a full handshake for every connection: a session is never resumed', async () => {
    const resumed: boolean[] = [];
    const { bundlePem: ca } = await authority();
    const identity = await (await authority()).issue(good);
    const service = await serve(
      (_one, response, request) => {
        resumed.push((request.socket as TLSSocket).isSessionReused());
        json(response.setHeader('connection', 'close'), 200, {});
      },
      identity,
      { requestCert: true, ca },
    );
    const inventory = client({ baseUrl: service.origin, audience, tls: mtls(await optionsOf()) });
    for (let call = 0; call < 3; call += 1) await (await inventory.fetch('/')).text();
    expect([service.connections, resumed]).toEqual([3, [false, false, false]]);
  });

  it('that speaks TLS 1.1 only gets no connection', async () => {
    const identity = await (await authority()).issue(good);
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    const service = await serve((_one, response) => json(response, 200, {}), identity, old);
    const inventory = client({ baseUrl: service.origin, audience, tls: mtls(await optionsOf()) });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(service.seen).toEqual([]);
  });

  it('that refuses our certificate is told apart as a lost connection', async () => {
    const strange = await createTestAuthority({ trustDomain: 'strange.test' });
    const identity = await (await authority()).issue(good);
    const demanding = { requestCert: true, ca: strange.bundlePem };
    const service = await serve((_one, response) => json(response, 200, {}), identity, demanding);
    const inventory = client({ baseUrl: service.origin, audience, tls: mtls(await optionsOf()) });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CONNECTION_LOST', requestSent: 'maybe' });
    expect(service.seen).toEqual([]);
  });
});

describe('options of mtls', () => {
  it('take an identity, a source, or a key with its certificate, but not two of them', async () => {
    const { key, certificate, ...peer } = (await optionsOf()) as ServerOptions & OwnPair;
    const identity = x509Identity({ key, certificate });
    const source = { find: () => undefined, watch: () => () => {} };
    const bundles = { ...source, list: () => [] };
    const faultsOf = (changes: object): string[] => {
      try {
        mtls({ ...peer, ...changes } as MtlsOptions);
        return [];
      } catch (error) {
        return (error as ConfigurationError).faults.map(({ code, option }) => `${option} ${code}`);
      }
    };
    expect(faultsOf({ identity })).toEqual([]);
    expect(faultsOf({ identity: source })).toEqual([]);
    expect(faultsOf({ identity, trustBundle: bundles })).toEqual([]);
    expect(faultsOf({ identity, key, certificate })).toEqual(['identity CONFIG_CONFLICT']);
    expect(faultsOf({ identity, certificate })).toEqual(['identity CONFIG_CONFLICT']);
    expect(faultsOf({ identity: 'key.pem' })).toEqual(['identity CONFIG_INVALID']);
    expect(faultsOf({ identity: null })).toEqual(['identity CONFIG_INVALID']);
    expect(faultsOf({ identity: { find: source.find } })).toEqual([
      'identity.key CONFIG_INVALID',
      'identity.certificate CONFIG_INVALID',
    ]);
    expect(faultsOf({ identity: { ...identity, key: 'text' } })).toEqual(['identity.key CONFIG_INVALID']);
    expect(faultsOf({})).toEqual(['key CONFIG_INVALID', 'certificate CONFIG_INVALID']);
    expect(faultsOf({ identity, trustBundle: { find: source.find } })).toEqual(['trustBundle CONFIG_MISSING']);
    expect(faultsOf({ identity, trustBundle: [peer.trustBundle] })).toEqual(['trustBundle CONFIG_MISSING']);
  });

  it('with faults are refused at once, all together', async () => {
    const { keyPem } = await identityOf('somebody-else');
    const { bundlePem } = await authority();
    const faultsOf = async (changes: object): Promise<string[]> => {
      const options = { ...(await optionsOf()), ...changes } as MtlsOptions;
      try {
        mtls(options);
        return [];
      } catch (error) {
        return (error as ConfigurationError).faults.map(({ code, option }) => `${option} ${code}`);
      }
    };
    expect(await faultsOf({})).toEqual([]);
    expect(await faultsOf({ key: new Secret(keyPem) })).toEqual(['certificate CONFIG_INVALID']);
    expect(await faultsOf({ key: keyPem })).toEqual(['key CONFIG_INVALID']);
    expect(await faultsOf({ key: new Secret('no key') })).toEqual(['key CONFIG_KEY_REFUSED']);
    expect(await faultsOf({ certificate: 'no certificate' })).toEqual(['certificate CONFIG_INVALID']);
    expect(await faultsOf({ server: 'https://inventory.internal' })).toEqual(['server CONFIG_INVALID']);
    expect(await faultsOf({ server: 'spiffe://prod.test' })).toEqual(['server CONFIG_INVALID']);
    expect(await faultsOf({ server: 'spiffe://prod.test/**' })).toEqual(['server CONFIG_INVALID']);
    expect(await faultsOf({ server: undefined })).toEqual(['server CONFIG_INVALID']);
    const ofOther = trustBundle({ trustDomain: 'other.test', pem: bundlePem });
    expect(await faultsOf({ trustBundle: ofOther })).toEqual(['trustBundle CONFIG_CONFLICT']);
    expect(await faultsOf({ rejectUnauthorized: false })).toEqual(['rejectUnauthorized CONFIG_UNKNOWN_OPTION']);
    expect(await faultsOf({ key: 'a', certificate: 'b', server: 'c', trustBundle: 'd' })).toEqual([
      'trustBundle CONFIG_MISSING',
      'server CONFIG_INVALID',
      'key CONFIG_INVALID',
      'certificate CONFIG_INVALID',
    ]);
  });
});
