/** Row 79: what makes one token different from another. No token is given out for another purpose, binding or tenant. */
import { clientSecret, dpopProver, Secret, tlsClientAuth } from '@countersign/core';
import { createTestIssuer } from '@countersign/testing';
import { expect, it, onTestFinished } from 'vitest';
import { audience, authority, credentialsAt, startIssuer, testClock } from '../client.test-kit.ts';
import { clientCredentials, serverTls, TokenCache, tokenKey, type IssuedToken, type TokenIdentity } from '../index.ts';
import { identityFrom } from '../connection/rotation.test-kit.ts';
import { claimsIn, work } from '../issuer/source.test-kit.ts';

const base: TokenIdentity = {
  issuer: 'https://i.test',
  clientId: 'orders',
  audience: 'https://inventory.test',
  scopes: ['read'],
  subjectTokenHash: 'alice',
  actor: 'orders',
  binding: 'jkt:a',
  tenant: 'north',
};

it.each<[string, Partial<TokenIdentity>]>([
  ['two issuers', { issuer: 'https://j.test' }],
  ['two clients', { clientId: 'payments' }],
  ['two audiences', { audience: 'https://payments.test' }],
  ['two scopes', { scopes: ['write'] }],
  ['more scopes', { scopes: ['read', 'write'] }],
  ['two subjects', { subjectTokenHash: 'bob' }],
  ['a subject and nobody', { subjectTokenHash: undefined }],
  ['two actors', { actor: 'gateway' }],
  ['an actor and none', { actor: undefined }],
  ['two keys', { binding: 'jkt:b' }],
  ['a key and a certificate', { binding: 'x5t#S256:a' }],
  ['bound and unbound', { binding: undefined }],
  ['two tenants', { tenant: 'south' }],
  ['a tenant and none', { tenant: undefined }],
])('one cache for all keeps %s apart, whichever comes first', async (_name, change) => {
  for (const pair of [[base, { ...base, ...change }] as const, [{ ...base, ...change }, base] as const]) {
    const cache = new TokenCache({ clock: testClock(), notify: () => {} });
    const fetchFor = (name: string) => async (): Promise<IssuedToken> => ({
      credential: { scheme: 'Bearer', token: new Secret(name) },
      lifetimeSeconds: 300,
    });
    const get = async (identity: TokenIdentity): Promise<string> =>
      (await cache.get(tokenKey(identity), fetchFor(JSON.stringify(identity)))).token.expose();
    for (const identity of [...pair, ...pair]) expect(await get(identity)).toBe(JSON.stringify(identity));
  }
});

it('one source for two clients asks for each audience, and mixes up nothing', async () => {
  const issuer = await startIssuer();
  const source = await credentialsAt(issuer);
  const [inventory, payments] = [work(source), work(source, undefined, 'https://payments.test')];
  const [first, second] = [await inventory.get(), await payments.get()];
  expect(issuer.asked.map(({ body }) => new URLSearchParams(body).get('resource'))).toEqual([
    audience,
    'https://payments.test',
  ]);
  expect(await inventory.get()).toBe(first);
  expect(await payments.get()).toBe(second);
});

it('bound and unbound tokens of one client of a real issuer are told apart by what they carry', async () => {
  const trusted = await authority();
  const id = 'spiffe://prod.test/orders';
  const scopes = ['inventory:read'];
  const clientOptions = { clientId: 'orders', clientSecret: new Secret('a secret of this test') };
  const issuer = await createTestIssuer({
    authority: trusted,
    clients: [
      { ...clientOptions, scopes },
      { clientId: 'named', certificateName: { uri: id }, certificateBound: true, scopes },
    ],
    resources: [{ audience, scopes }],
  });
  onTestFinished(() => issuer.close());
  const identity = identityFrom(await trusted.issue({ id }));
  const plain = { issuer: issuer.issuer, tls: serverTls({ ca: trusted.bundlePem }) };
  const dpop = dpopProver();
  const clientAuthentication = clientSecret(clientOptions);
  const sources = [
    clientCredentials({ ...plain, clientAuthentication }),
    clientCredentials({ ...plain, clientAuthentication, dpop }),
    clientCredentials({
      issuer: issuer.issuer,
      clientAuthentication: tlsClientAuth({ clientId: 'named' }),
      tls: serverTls({ ca: trusted.bundlePem, identity }),
      certificateBound: true,
    }),
  ];
  const credentials = await Promise.all(sources.map((source) => work(source).get()));
  expect(credentials.map(({ scheme }) => scheme)).toEqual(['Bearer', 'DPoP', 'Bearer']);
  expect(credentials.map((credential) => claimsIn(credential)['cnf'])).toEqual([
    undefined,
    { jkt: dpop.thumbprint },
    { 'x5t#S256': credentials[2]?.certificateThumbprint },
  ]);
});
