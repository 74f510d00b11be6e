import assert from 'node:assert/strict';
import type { IssuerOptions, Reason } from '@countersign/core';
import { assertAllowed, assertRefused } from '../expectations.ts';
import { signRaw } from '../../mint-token.ts';
import { createSigningKey, type SigningKey } from '../../signing-key.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

const audience = 'https://inventory.test';
const cluster = 'https://cluster.test';
const keycloak = 'https://keycloak.test';
const bundleOf = (key: SigningKey) => ({ keys: [{ ...key.publicJwk, use: 'jwt-svid' }] });
const keysOf = (key: SigningKey) => ({ keys: [key.publicJwk] });

/** Keys of two trust domains, under one id. */
interface Keys {
  readonly ours: SigningKey;
  readonly theirs: SigningKey;
}

const issuersWith = ({ ours, theirs }: Keys): readonly IssuerOptions[] => [
  { profile: 'jwt-svid', trustDomain: 'prod.test', jwks: bundleOf(ours) },
  { profile: 'jwt-svid', trustDomain: 'evil.test', jwks: bundleOf(theirs) },
  { profile: 'kubernetes', issuer: cluster, cluster: 'prod', jwks: keysOf(ours) },
  { profile: 'service-jwt', issuer: 'https://orders.test', workload: workloads.orders, jwks: keysOf(ours) },
  { profile: 'keycloak', issuer: keycloak, jwks: keysOf(ours) },
];

interface Shown {
  readonly claims?: object;
  readonly header?: object;
  /** Whose key signs. Default `ours`. */
  readonly by?: keyof Keys;
}

/** Signs what it is told, with good dates and our audience. */
function tokenOf(keys: Keys, { claims = {}, header = {}, by = 'ours' }: Shown): string {
  const key = keys[by];
  const now = Math.floor(Date.now() / 1000);
  return signRaw(
    {
      header: JSON.stringify({ alg: 'ES256', kid: key.keyId, ...header }),
      payload: JSON.stringify({ aud: audience, iat: now, exp: now + 240, ...claims }),
    },
    key,
  );
}

const svid = { sub: workloads.orders };
const account = {
  iss: cluster,
  sub: 'system:serviceaccount:shop:orders',
  'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'orders', uid: 'u' } },
};
const service = { iss: 'https://orders.test', sub: workloads.orders, jti: 'j' };
const user = { iss: keycloak, sub: 'user-1', azp: 'orders', typ: 'Bearer', jti: 'j' };
const serviceHeader = { typ: 'service+jwt' };
const year = Math.floor(Date.now() / 1000) + 31_536_000;

const accepted: readonly (readonly [string, Shown, string])[] = [
  ['a JWT-SVID', { claims: svid }, workloads.orders],
  ['a JWT-SVID of the other domain', { claims: { sub: 'spiffe://evil.test/x' }, by: 'theirs' }, 'spiffe://evil.test/x'],
  ['a service-account token', { claims: account }, 'k8s:prod/shop/orders'],
  ['a token of a service about itself', { claims: service, header: serviceHeader }, workloads.orders],
  ['an access token of Keycloak', { claims: user, header: { typ: 'JWT' } }, workloads.orders],
];

const refused: readonly (readonly [string, Shown, Reason])[] = [
  ['a JWT-SVID signed by another domain', { claims: svid, by: 'theirs' }, 'TOKEN_SIGNATURE_INVALID'],
  [
    'a JWT-SVID signed by another domain, which it names',
    { claims: { ...svid, iss: 'spiffe://evil.test' }, by: 'theirs' },
    'TOKEN_ISSUER_UNKNOWN',
  ],
  ['a JWT-SVID of an unknown domain', { claims: { sub: 'spiffe://x.test/orders' } }, 'TOKEN_ISSUER_UNKNOWN'],
  ['a JWT-SVID with a foreign member in its header', { claims: svid, header: { x: 1 } }, 'TOKEN_MALFORMED'],
  ['a JWT-SVID as access token', { claims: svid, header: { typ: 'at+jwt' } }, 'TOKEN_TYPE_UNEXPECTED'],
  ['a token for the API server', { claims: { ...account, aud: [cluster] } }, 'TOKEN_AUDIENCE_MISMATCH'],
  [
    'a default token of a pod',
    { claims: { ...account, aud: ['https://kubernetes.default.svc'], exp: year } },
    'TOKEN_AUDIENCE_MISMATCH',
  ],
  ['a token that was stretched by a year', { claims: { ...account, exp: year } }, 'TOKEN_LIFETIME_TOO_LONG'],
  [
    'a service-account token of the old kind',
    { claims: { iss: 'kubernetes/serviceaccount', sub: account.sub } },
    'TOKEN_LEGACY_SERVICE_ACCOUNT',
  ],
  [
    'an account that its claims contradict',
    { claims: { ...account, sub: 'system:serviceaccount:shop:admin' } },
    'TOKEN_CLAIM_MISSING',
  ],
  [
    'a service that speaks for another',
    { claims: { ...service, sub: 'spiffe://prod.test/admin' }, header: serviceHeader },
    'TOKEN_CLAIM_MISSING',
  ],
  ['an ID token of Keycloak', { claims: { ...user, typ: 'ID' }, header: { typ: 'JWT' } }, 'TOKEN_TYPE_UNEXPECTED'],
  ['an ID token by its nonce', { claims: { ...user, nonce: 'n' }, header: { typ: 'JWT' } }, 'TOKEN_TYPE_UNEXPECTED'],
];

export const tokenProfiles: ConformanceCase = {
  id: 'token-profiles',
  title: 'each kind of token is judged by its own profile, and a key of one trust domain never speaks for another',
  attacks: [50, 76],
  run: async (world) => {
    const keys = { ours: createSigningKey('ES256', 'shared-id'), theirs: createSigningKey('ES256', 'shared-id') };
    await world.withService({ issuers: issuersWith(keys) }, async (service) => {
      for (const [what, shown, caller] of accepted) {
        const answer = assertAllowed(await service.send({ path: '/whoami', token: tokenOf(keys, shown) }), what);
        assert.equal(answer['caller'], caller, what);
      }
      for (const [what, shown, reason] of refused) {
        const answer = await service.send({ path: '/whoami', token: tokenOf(keys, shown) });
        assertRefused(answer, { status: 401, reason, what });
      }
      const told = service.notices.filter(({ code }) => code === 'PROFILE_RELAXED');
      assert.deepEqual(
        told.map(({ facts }) => facts['issuer']),
        [keycloak],
        'what a profile relaxes is told at start',
      );
      // A route that narrows writes a second event about the same request.
      const profiles = new Set(service.events.flatMap((event) => event['token.profile'] ?? []));
      assert.deepEqual([...profiles], ['jwt-svid', 'kubernetes', 'service-jwt', 'keycloak']);
    });
  },
};
