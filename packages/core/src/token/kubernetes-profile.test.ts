/** Service-account tokens of Kubernetes, verified without asking the cluster. */
import { describe, expect, it, test } from 'vitest';
import type { Outcome } from '../errors/outcome.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { AnyIssuerOptions } from './issuer-options.ts';
import type { JudgedToken } from './judged-token.ts';
import { audience, issuer, now, recordWith, runtimeWith, tokenWith, verifierFor, verifyNow } from './token.test-kit.ts';

const rsa = signingKey('RS256');
const bound = {
  namespace: 'shop',
  serviceaccount: { name: 'orders', uid: 'uid-1' },
  pod: { name: 'orders-0', uid: 'uid-2' },
  node: { name: 'node-1', uid: 'uid-3' },
};

const account = {
  sub: 'system:serviceaccount:shop:orders',
  aud: [audience],
  iat: now - 10,
  nbf: now - 10,
  exp: now + 3_590,
  jti: 'j',
  client_id: undefined,
  scope: undefined,
  'kubernetes.io': bound,
};

interface Presented {
  readonly header?: object | undefined;
  readonly options?: AnyIssuerOptions | undefined;
  readonly at?: number;
}

const verifierOf = (options: AnyIssuerOptions = {}, clock = { now: () => now * 1000, monotonic: () => 0 }) =>
  verifierFor(
    [recordWith({ profile: 'kubernetes', cluster: 'prod-eu', jwks: { keys: [rsa.jwk] }, ...options })],
    runtimeWith({ clock }),
  );

const tokenOf = (claims: object = {}, header: object = {}) =>
  tokenWith({ ...account, ...claims }, { typ: undefined, ...header }, rsa);

function judged(claims: object = {}, { header, options }: Presented = {}): Outcome<JudgedToken> {
  return verifyNow(verifierOf(options), tokenOf(claims, header));
}

describe('a service-account token', () => {
  it('is the account in its cluster, and nothing more', () => {
    const outcome = judged({ roles: ['admin'], scope: 'admin', act: { sub: 'x' } });
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        token: {
          identity: { workload: 'k8s:prod-eu/shop/orders', trustDomain: issuer, clientId: undefined },
          roles: [],
          actors: [],
        },
      },
    });
    expect(outcome.ok && 'subject' in outcome.value.token.identity).toBe(false);
  });

  it.each<[string, object, Presented?]>([
    ['with typ JWT', {}, { header: { typ: 'JWT' } }],
    ['without pod and node', { 'kubernetes.io': { namespace: 'shop', serviceaccount: bound.serviceaccount } }],
    ['without jti, as older clusters write it', { jti: undefined }],
    ['of an account with dots', withAccount('a.b-c')],
    ['before its warnafter', { 'kubernetes.io': { ...bound, warnafter: now + 10 } }],
    [
      'with the audience of the API server, where the record names it',
      { aud: issuer },
      { options: { audience: issuer } },
    ],
  ])('is accepted %s', (_case, claims, presented) => {
    expect(judged(claims, presented).ok).toBe(true);
  });

  it.each<[string, object, string]>([
    ['another account in sub', { sub: 'system:serviceaccount:shop:admin' }, 'sub'],
    ['another namespace in sub', { sub: 'system:serviceaccount:kube-system:orders' }, 'sub'],
    ['one part more in sub', { sub: 'system:serviceaccount:shop:orders:x' }, 'sub'],
    ['a user as sub', { sub: 'admin' }, 'sub'],
    ['a node as sub', { sub: 'system:node:node-1' }, 'sub'],
    ['no sub', { sub: undefined }, 'sub'],
    ['no names', { 'kubernetes.io': undefined }, 'kubernetes.io.namespace'],
    ['names that are a text', { 'kubernetes.io': 'shop' }, 'kubernetes.io.namespace'],
    ['names in a list', { 'kubernetes.io': [bound] }, 'kubernetes.io.namespace'],
    ['no namespace', { 'kubernetes.io': { ...bound, namespace: undefined } }, 'kubernetes.io.namespace'],
    ['a namespace with a slash', { 'kubernetes.io': { ...bound, namespace: 'a/b' } }, 'kubernetes.io.namespace'],
    ['no account', { 'kubernetes.io': { ...bound, serviceaccount: undefined } }, 'kubernetes.io.serviceaccount'],
    ['no uid', { 'kubernetes.io': { ...bound, serviceaccount: { name: 'orders' } } }, 'kubernetes.io.serviceaccount'],
    ['an account with a colon', withAccount('a:b'), 'kubernetes.io.serviceaccount'],
    ['an account with a slash', withAccount('a/b'), 'kubernetes.io.serviceaccount'],
    [
      'a warnafter that is a text',
      { 'kubernetes.io': { ...bound, warnafter: `${now + 10}` } },
      'kubernetes.io.warnafter',
    ],
    ['a warnafter that is null', { 'kubernetes.io': { ...bound, warnafter: null } }, 'kubernetes.io.warnafter'],
    ['no expiry', { exp: undefined }, 'exp'],
    ['no time of issue', { iat: undefined }, 'iat'],
  ])('is refused with %s', (_case, claims, check) => {
    expect(judged(claims)).toMatchObject({ ok: false, reason: 'TOKEN_CLAIM_MISSING', detail: { check } });
  });

  it.each<[string, object, AnyIssuerOptions?]>([
    ['none', { aud: undefined }],
    ['that of another service', { aud: ['https://billing.test'] }],
    ['that of the API server', { aud: [issuer] }],
    ['that of the API server beside ours', { aud: [audience, issuer] }],
    [
      'that of the API server beside ours, where several are permitted',
      { aud: [audience, issuer] },
      { multipleAudiences: true },
    ],
    [
      'another name of the API server beside ours, where several are permitted',
      { aud: [audience, 'https://kubernetes.default.svc'] },
      { multipleAudiences: true },
    ],
  ])('is refused with an audience that is %s', (_case, claims, options) => {
    expect(judged(claims, { options })).toMatchObject({ ok: false, reason: 'TOKEN_AUDIENCE_MISMATCH' });
  });

  it.each<[string, object, string]>([
    ['that of an access token', { typ: 'at+jwt' }, 'TOKEN_TYPE_UNEXPECTED'],
    ['an empty one', { typ: '' }, 'TOKEN_TYPE_UNEXPECTED'],
    ['that of a service', { typ: 'service+jwt' }, 'TOKEN_TYPE_UNEXPECTED'],
  ])('is refused with another typ: %s', (_case, header, reason) => {
    expect(judged({}, { header })).toMatchObject({ ok: false, reason });
  });

  it('is refused when it lives longer than an hour, unless the record says so in a number', () => {
    const year = { exp: now + 31_535_000, 'kubernetes.io': { ...bound, warnafter: now + 3_600 } };
    expect(judged({ exp: now + 3_591 })).toMatchObject({ reason: 'TOKEN_LIFETIME_TOO_LONG' });
    expect(judged(year)).toMatchObject({ reason: 'TOKEN_LIFETIME_TOO_LONG' });
    expect(judged(year, { options: { maxLifetimeSeconds: 31_536_000 } })).toMatchObject({
      ok: true,
      value: { token: { expiresAt: (now + 3_600) * 1000 } },
    });
  });
});

function withAccount(name: string): object {
  return {
    sub: `system:serviceaccount:shop:${name}`,
    'kubernetes.io': { ...bound, serviceaccount: { name, uid: 'uid-1' } },
  };
}

test('a token whose expiry was stretched by a year ends at its warnafter, also when it is remembered', () => {
  const clock = { at: now, now: () => clock.at * 1000, monotonic: () => 0 };
  const verifier = verifierOf({ maxLifetimeSeconds: 31_536_000 }, clock);
  const token = tokenOf({ exp: now + 31_535_000, 'kubernetes.io': { ...bound, warnafter: now + 3_607 } });
  const at = (seconds: number): Outcome<JudgedToken> => {
    clock.at = now + seconds;
    return verifyNow(verifier, token);
  };
  expect(at(0).ok).toBe(true);
  expect(at(3_607 + 29).ok).toBe(true);
  expect(at(3_607 + 30)).toMatchObject({ ok: false, reason: 'TOKEN_EXPIRED', detail: { check: 'warnafter' } });
  expect(at(0).ok).toBe(true);
});

test('a token of the old kind is refused by its own reason, whatever its issuer says', () => {
  const flat = {
    'kubernetes.io': undefined,
    'kubernetes.io/serviceaccount/namespace': 'shop',
    'kubernetes.io/serviceaccount/service-account.name': 'orders',
    exp: undefined,
    aud: undefined,
  };
  const legacy = { ok: false, reason: 'TOKEN_LEGACY_SERVICE_ACCOUNT' };
  expect(judged({ ...flat, iss: 'kubernetes/serviceaccount' })).toMatchObject(legacy);
  expect(judged(flat)).toMatchObject(legacy);
  expect(judged({ 'kubernetes.io/serviceaccount/secret.name': 'x' })).toMatchObject(legacy);
  expect(judged({ ...flat, iss: 'kubernetes' })).toMatchObject({ reason: 'TOKEN_ISSUER_UNKNOWN' });
});

test('the same account in another cluster is another workload', () => {
  const theirs = signingKey('RS256', 'theirs');
  const verifier = verifierFor([
    recordWith({ profile: 'kubernetes', cluster: 'prod-eu', jwks: { keys: [rsa.jwk] } }),
    recordWith({ profile: 'kubernetes', cluster: 'prod-us', issuer: 'https://us.test', jwks: { keys: [theirs.jwk] } }),
  ]);
  const us = tokenWith({ ...account, iss: 'https://us.test' }, { typ: undefined }, theirs);
  expect(verifyNow(verifier, us)).toMatchObject({
    value: { token: { identity: { workload: 'k8s:prod-us/shop/orders' } } },
  });
  expect(verifyNow(verifier, tokenOf())).toMatchObject({
    value: { token: { identity: { workload: 'k8s:prod-eu/shop/orders' } } },
  });
});
