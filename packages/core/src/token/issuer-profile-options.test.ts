/** The options of an issuer depend on the profile of its tokens: what it needs is demanded, what it does not know refused. */
import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { ConfigurationError, FaultCollector, type ConfigurationFault } from '../errors/configuration-error.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { checkIssuer, type IssuerOptions, type IssuerRecord } from './issuer.ts';
import { profiles } from './profiles.ts';
import { issuer } from './token.test-kit.ts';

const { jwk, privateKey } = signingKey('ES256');
const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
const bundle = { keys: [{ ...jwk, use: 'jwt-svid' }] };

function check(options: unknown): { record: IssuerRecord; faults: readonly ConfigurationFault[] } {
  const collector = new FaultCollector('accessToken');
  const record = checkIssuer(options as IssuerOptions, collector, '');
  try {
    collector.throwIfAny();
  } catch (error) {
    if (error instanceof ConfigurationError) return { record, faults: error.faults };
    throw error;
  }
  return { record, faults: [] };
}

const svid = { profile: 'jwt-svid', trustDomain: 'prod.test', jwks: bundle };
const kubernetes = { profile: 'kubernetes', issuer, cluster: 'prod-eu' };
const service = { profile: 'service-jwt', issuer, workload: 'spiffe://prod.test/orders' };
const cognito = { profile: 'cognito', issuer, clientIds: ['web'] };

test.each<[string, object]>([
  ['a trust domain', svid],
  ['a trust domain with a file', { profile: 'jwt-svid', trustDomain: 'prod.test', jwksFile: '/etc/bundle.json' }],
  ['a cluster', kubernetes],
  ['a cluster with keys', { ...kubernetes, pem: spki }],
  ['a service', { ...service, pem: { key: spki, keyId: 'k', algorithm: 'ES256' } }],
  ['a service of Kubernetes', { ...service, workload: 'k8s:prod-eu/shop/orders' }],
  ['a user pool', { ...cognito, tenantClaim: 'org', rolesClaim: 'cognito:groups' }],
  ['Keycloak', { profile: 'keycloak', issuer, callerClaim: 'client_id' }],
  ['Entra', { profile: 'entra', issuer, maxLifetimeSeconds: 5_400 }],
  ['the default by its name', { profile: 'at+jwt', issuer }],
  ['several PEM', { issuer, pem: [{ key: spki, keyId: 'a' }, spki] }],
  ['a file', { issuer, jwksFile: 'jwks.json' }],
])('accepted: %s', (_case, options) => {
  expect(check(options).faults).toEqual([]);
});

test.each<[string, object, string]>([
  ['a profile nobody knows', { profile: 'oauth', issuer }, 'profile'],
  ['a profile in other case', { profile: 'Keycloak', issuer }, 'profile'],
  ['a profile from the prototype', { profile: 'toString', issuer }, 'profile'],
  ['a profile that is an object', { profile: profiles['at+jwt'], issuer }, 'profile'],
  ['a profile that is null', { profile: null, issuer }, 'profile'],
  ['no trust domain', { profile: 'jwt-svid', jwks: bundle }, 'trustDomain'],
  ['a trust domain in upper case', { ...svid, trustDomain: 'Prod.test' }, 'trustDomain'],
  ['a SPIFFE ID as trust domain', { ...svid, trustDomain: 'spiffe://prod.test' }, 'trustDomain'],
  ['a trust domain with a path', { ...svid, trustDomain: 'prod.test/x' }, 'trustDomain'],
  ['no bundle', { profile: 'jwt-svid', trustDomain: 'prod.test' }, 'jwks'],
  ['a bundle with keys for other purposes only', { ...svid, jwks: { keys: [jwk] } }, 'jwks'],
  [
    'a bundle with a key without kid',
    { ...svid, jwks: { keys: [{ ...bundle.keys[0], kid: undefined }, ...bundle.keys] } },
    'jwks.keys[0]',
  ],
  ['an issuer beside the trust domain', { ...svid, issuer }, 'issuer'],
  ['an address beside the trust domain', { ...svid, discovery: 'oauth' }, 'discovery'],
  ['no cluster', { profile: 'kubernetes', issuer }, 'cluster'],
  ['a cluster with a slash', { ...kubernetes, cluster: 'a/b' }, 'cluster'],
  ['a cluster with a space', { ...kubernetes, cluster: 'a b' }, 'cluster'],
  ['an empty cluster', { ...kubernetes, cluster: '' }, 'cluster'],
  ['a caller claim of a cluster', { ...kubernetes, callerClaim: 'azp' }, 'callerClaim'],
  ['roles of a cluster', { ...kubernetes, rolesClaim: 'groups' }, 'rolesClaim'],
  ['no workload', { profile: 'service-jwt', issuer }, 'workload'],
  ['a workload that is no id', { ...service, workload: 'orders' }, 'workload'],
  ['workloads in a list', { ...service, workload: [service.workload] }, 'workload'],
  ['a workload that is a pattern', { ...service, workload: /orders/ }, 'workload'],
  ['a tenant of a service', { ...service, tenantClaim: 'org' }, 'tenantClaim'],
  ['no clients', { profile: 'cognito', issuer }, 'clientIds'],
  ['an empty list of clients', { ...cognito, clientIds: [] }, 'clientIds'],
  ['a client that is a text', { ...cognito, clientIds: 'web' }, 'clientIds'],
  ['an empty client', { ...cognito, clientIds: ['web', ' '] }, 'clientIds'],
  ['clients of Keycloak', { profile: 'keycloak', issuer, clientIds: ['web'] }, 'clientIds'],
  ['a cluster of the default', { issuer, cluster: 'prod-eu' }, 'cluster'],
  ['a trust domain of the default', { issuer, trustDomain: 'prod.test' }, 'trustDomain'],
  ['a workload of the default', { issuer, workload: 'spiffe://prod.test/orders' }, 'workload'],
  ['keys as JWKS and as PEM', { issuer, jwks: { keys: [jwk] }, pem: spki }, 'jwks'],
  ['keys as PEM and in a file', { issuer, pem: spki, jwksFile: 'x' }, 'pem'],
  ['keys in a file and at an address', { issuer, jwksFile: 'x', jwksUri: issuer }, 'jwksFile'],
  ['a file without name', { issuer, jwksFile: '' }, 'jwksFile'],
  ['a file that is a URL object', { issuer, jwksFile: new URL('file:///x') }, 'jwksFile'],
  ['a file with a NUL', { issuer, jwksFile: 'a\0b' }, 'jwksFile'],
  ['no PEM in the list', { issuer, pem: [] }, 'pem'],
  ['a PEM that is null', { issuer, pem: null }, 'pem'],
  ['a secret as PEM', { issuer, pem: 'correct horse battery staple' }, 'pem'],
  ['a private key as PEM', { issuer, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) }, 'pem'],
  ['a PEM behind a byte order mark', { issuer, pem: `\ufeff${spki}` }, 'pem'],
  ['a PEM behind a zero-width space', { issuer, pem: `\u200b${spki}` }, 'pem'],
  ['a PEM behind a comment', { issuer, pem: `# key\n${spki}` }, 'pem'],
  ['a PEM in the wrapper of PGP', { issuer, pem: spki.replaceAll('PUBLIC KEY', 'PGP PUBLIC KEY BLOCK') }, 'pem'],
  ['a JWKS as PEM', { issuer, pem: JSON.stringify({ keys: [jwk] }) }, 'pem'],
  ['an empty PEM', { issuer, pem: '' }, 'pem'],
  ['one bad PEM in a list', { issuer, pem: [spki, 'x'] }, 'pem[1]'],
])('refused: %s', (_case, options, option) => {
  const { faults } = check(options);
  expect(faults.map((fault) => fault.option)).toEqual([option]);
  expect(faults[0]?.fix).not.toBe('');
  expect(JSON.stringify(faults)).not.toMatch(/battery|BEGIN PRIVATE|MC4C|MIG/);
});

test('all faults of a profile come at once', () => {
  const { faults } = check({ profile: 'kubernetes', issuer: 'x', cluster: '', workload: 'y', pem: 'z', jwksFile: '' });
  expect(faults.map(({ option }) => option).sort()).toEqual([
    'cluster',
    'issuer',
    'jwksFile',
    'pem',
    'pem',
    'workload',
  ]);
});

test('each profile has its own life, algorithms and claims', () => {
  const lives = Object.fromEntries(
    Object.values(profiles).map((profile) => [profile.name, profile.maxLifetimeSeconds]),
  );
  expect(lives).toMatchObject({ 'at+jwt': 900, 'service-jwt': 300, kubernetes: 3_600, 'jwt-svid': 900, keycloak: 900 });
  expect(check(svid).record).toMatchObject({ issuer: 'spiffe://prod.test', callerClaim: 'sub' });
  expect(check({ profile: 'entra', issuer }).record).toMatchObject({
    callerClaim: 'azp',
    otherCallerClaims: ['appid'],
  });
  expect(check({ profile: 'entra', issuer, callerClaim: 'x' }).record).toMatchObject({ otherCallerClaims: [] });
  for (const profile of Object.values(profiles)) {
    expect(profile.algorithms.length).toBeGreaterThan(0);
    expect(Object.isFrozen(profile)).toBe(true);
  }
});

test.each<[string, object, string]>([
  ['absent', { ...svid, trustDomain: undefined }, 'is required by the profile jwt-svid'],
  ['a SPIFFE ID', { ...svid, trustDomain: 'spiffe://prod.test' }, 'is not what is asked for by the profile jwt-svid'],
  ['a cluster with a slash', { ...kubernetes, cluster: 'a/b' }, 'is not what is asked for by the profile kubernetes'],
  ['a plain name', { ...service, workload: 'orders' }, 'is not what is asked for by the profile service-jwt'],
])('what a profile needs, absent or wrong, is told apart: %s', (_case, options, problem) => {
  expect(check(options).faults).toMatchObject([{ problem }]);
});
