/** The ways in which this service proves itself to an issuer, each at a real one, with neighbours that it refuses. */
import {
  clientSecret,
  privateKeyJwt,
  Secret,
  selfSignedTlsClientAuth,
  tlsClientAuth,
  type ClientAuthentication,
  type SigningKey,
} from '@countersign/core';
import { createTestAuthority, createTestIssuer, type TestAuthority, type TestIssuer } from '@countersign/testing';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audience, authority, faultOf, json, startIssuer } from '../client.test-kit.ts';
import { clientCredentials, mtls, serverTls, type ClientTls } from '../index.ts';
import { bundleOf, identityFrom, identitySource } from '../connection/rotation.test-kit.ts';
import { claimsIn, work } from './source.test-kit.ts';

const namedId = 'spiffe://prod.test/named';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { privateKey: strangeKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secret = new Secret('p@ss w%rd+/=x'.repeat(3));
let trusted: TestAuthority;
let issuer: TestIssuer;
let shown: Readonly<Record<'none' | 'named' | 'other' | 'own' | 'strange', ClientTls>>;

beforeAll(async () => {
  trusted = await authority();
  const elsewhere = await createTestAuthority({ trustDomain: 'prod.test' });
  const named = await trusted.issue({ id: namedId });
  const own = await elsewhere.issue({ id: 'spiffe://prod.test/own' });
  const show = (pem: typeof named): ClientTls => serverTls({ ca: trusted.bundlePem, identity: identityFrom(pem) });
  shown = {
    none: serverTls({ ca: trusted.bundlePem }),
    named: show(named),
    other: show(await trusted.issue({ id: 'spiffe://prod.test/other' })),
    own: show(own),
    strange: show(await elsewhere.issue({ id: namedId })),
  };
  const scopes = ['inventory:read'];
  const publicJwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), alg: 'ES256', kid: 'registered' };
  issuer = await createTestIssuer({
    authority: trusted,
    clients: [
      { clientId: 'secret:1', clientSecret: secret, scopes },
      { clientId: 'keyed', publicJwk, scopes },
      { clientId: 'named', certificateName: { uri: namedId }, scopes },
      { clientId: 'own', certificatePem: own.certificatePem, scopes },
    ],
    resources: [{ audience, scopes }],
  });
});

afterAll(() => issuer.close());

const bySecret = (changes: object = {}): ClientAuthentication =>
  clientSecret({ clientId: 'secret:1', clientSecret: secret, ...changes });
const byKey = (changes: object = {}): ClientAuthentication =>
  privateKeyJwt({ clientId: 'keyed', key: privateKey, algorithm: 'ES256', ...changes });
const byName = (clientId = 'named'): ClientAuthentication => tlsClientAuth({ clientId });
const byCertificate = (clientId = 'own'): ClientAuthentication => selfSignedTlsClientAuth({ clientId });

describe('a service proves itself', () => {
  const proveWith = (clientAuthentication: ClientAuthentication, tls: ClientTls) =>
    work(clientCredentials({ issuer: issuer.issuer, clientAuthentication, tls, scope: 'inventory:read' })).get();

  it.each<[string, () => ClientAuthentication, keyof typeof shown]>([
    ['with a secret as Basic', bySecret, 'none'],
    ['with a secret in the form', () => bySecret({ method: 'post' }), 'none'],
    ['with a key', byKey, 'none'],
    ['with a key, and a certificate that plays no part', byKey, 'other'],
    ['with the name in its certificate', byName, 'named'],
    ['with a certificate that the issuer knows', byCertificate, 'own'],
  ])('%s', async (_name, proof, tls) => {
    const credential = await proveWith(proof(), shown[tls]);
    expect(credential).toMatchObject({ scheme: 'Bearer' });
    expect(claimsIn(credential)).toMatchObject({ aud: audience, client_id: proof().clientId, iss: issuer.issuer });
  });

  it.each<[string, () => ClientAuthentication, keyof typeof shown]>([
    ['another secret', () => bySecret({ clientSecret: new Secret('other') }), 'none'],
    ['a secret that is not encoded', () => bySecret({ clientId: 'secret', encoding: 'none' }), 'none'],
    ['a client that the issuer does not know', () => bySecret({ clientId: 'nobody' }), 'none'],
    ['another key', () => byKey({ key: strangeKey }), 'none'],
    ['an assertion for the token endpoint', () => byKey({ legacyAudience: issuer.tokenEndpoint }), 'none'],
    ['a key of another client', () => byKey({ clientId: 'secret:1' }), 'none'],
    ['another name in the certificate', byName, 'other'],
    ['the name in a certificate of a strange authority', byName, 'strange'],
    ['the certificate of another client', () => byName('own'), 'named'],
    ['a certificate that the issuer does not know', byCertificate, 'named'],
  ])('but not with %s', async (_name, proof, tls) => {
    expect(await faultOf(proveWith(proof(), shown[tls]))).toMatchObject({ code: 'CREDENTIAL_REFUSED' });
  });

  it('also where the issuer is known by its workload, and not by a name of the web', async () => {
    const identity = identityFrom(await trusted.issue({ id: namedId }));
    const tls = (server: string): ClientTls => mtls({ identity, server, trustBundle: bundleOf(trusted) });
    const credential = await proveWith(byName(), tls('spiffe://prod.test/issuer'));
    expect(claimsIn(credential)).toMatchObject({ client_id: 'named' });
    const fault = await faultOf(proveWith(byName(), tls('spiffe://prod.test/other')));
    expect(fault).toMatchObject({ code: 'ISSUER_UNTRUSTED' });
  });

  it('with the key that signs now, when its keys rotate', async () => {
    const registered: SigningKey = { keyId: 'registered', key: { keyObject: privateKey, algorithm: 'ES256' } };
    let found: SigningKey | undefined = registered;
    const clientAuthentication = privateKeyJwt({ clientId: 'keyed', keys: { find: () => found } });
    const options = { issuer: issuer.issuer, clientAuthentication, tls: shown.none };
    expect(claimsIn(await work(clientCredentials(options)).get())).toMatchObject({ client_id: 'keyed' });
    found = { keyId: 'next', key: { keyObject: strangeKey, algorithm: 'ES256' } };
    expect(await faultOf(work(clientCredentials(options)).get())).toMatchObject({ code: 'CREDENTIAL_REFUSED' });
    found = undefined;
    const fault = await faultOf(work(clientCredentials(options)).get());
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE', detail: { check: 'clientAuthentication' } });
  });

  it('with nothing while it has no certificate, and with the certificate of now after that', async () => {
    const { source: identity, turn } = identitySource();
    const tls = serverTls({ ca: trusted.bundlePem, identity });
    const options = { issuer: issuer.issuer, clientAuthentication: byName(), tls };
    const asked = issuer.tokenRequests.length;
    const fault = await faultOf(work(clientCredentials(options)).get());
    expect(fault).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    expect(issuer.tokenRequests).toHaveLength(asked);
    turn(identityFrom(await trusted.issue({ id: namedId })));
    expect(claimsIn(await work(clientCredentials(options)).get())).toMatchObject({ client_id: 'named' });
    turn(identityFrom(await trusted.issue({ id: 'spiffe://prod.test/other' })));
    expect(await faultOf(work(clientCredentials(options)).get())).toMatchObject({ code: 'CREDENTIAL_REFUSED' });
  });
});

describe('the address of an issuer for mutual TLS (RFC 8705 §5)', () => {
  const ask = async (shows: 'none' | 'named', alias: (origin: string) => unknown, origins: readonly string[] = []) => {
    const stub = await startIssuer();
    const { origin } = stub;
    const token_endpoint = alias(origin);
    stub.onMetadata = ({ url, method }, response) => {
      if (method === 'POST') return json(response, 200, { access_token: url, token_type: 'Bearer', expires_in: 300 });
      const aliases = token_endpoint === undefined ? {} : { mtls_endpoint_aliases: { token_endpoint } };
      json(response, 200, { issuer: origin, token_endpoint: `${origin}/plain`, ...aliases });
    };
    const options = { issuer: origin, clientAuthentication: byKey(), tls: shown[shows], tokenEndpointOrigins: origins };
    return work(clientCredentials(options)).get();
  };

  it.each<[string, 'none' | 'named', (origin: string) => unknown, string]>([
    ['is used by who shows a certificate', 'named', (origin) => `${origin}/mutual`, '/mutual'],
    ['is left alone by who shows none', 'none', (origin) => `${origin}/mutual`, '/plain'],
    ['may be missing', 'named', () => undefined, '/plain'],
  ])('%s', async (_name, shows, alias, expected) => {
    expect((await ask(shows, alias)).token.expose()).toBe(expected);
  });

  it.each<[string, (origin: string) => unknown, string]>([
    ['of another origin', () => 'https://evil.test/token', 'ISSUER_UNTRUSTED'],
    ['of another port', () => 'https://localhost:1/token', 'ISSUER_UNTRUSTED'],
    ['on http', (origin) => origin.replace('https', 'http'), 'ISSUER_UNTRUSTED'],
    ['with a user name', (origin) => origin.replace('//', '//me@'), 'ISSUER_UNTRUSTED'],
    ['that is no text', () => 42, 'ISSUER_RESPONSE_INVALID'],
  ])('gets nothing when it is one %s', async (_name, alias, code) => {
    expect(await faultOf(ask('named', alias))).toMatchObject({ code });
  });

  it('may be of another origin that is listed', async () => {
    const elsewhere = await startIssuer();
    const credential = await ask('named', () => `${elsewhere.origin}/token`, [elsewhere.origin]);
    expect(credential.token.expose()).toBe('token-1');
  });
});

it('a proof by certificate takes connections that show one, or the service does not start', () => {
  const make = (tls?: ClientTls) => () =>
    clientCredentials({ issuer: issuer.issuer, clientAuthentication: byName(), ...(tls && { tls }) });
  expect(make(shown.named)).not.toThrow();
  expect(make(shown.none)).toThrow(/clientAuthentication: needs a certificate/);
  expect(make()).toThrow(/clientAuthentication: needs a certificate/);
});
