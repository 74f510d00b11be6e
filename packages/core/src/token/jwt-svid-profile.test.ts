/** JWT-SVIDs: a SPIFFE ID, proven with a key of its own trust domain. */
import { describe, expect, it, test } from 'vitest';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Outcome } from '../errors/outcome.ts';
import { signingKey, type SigningKey } from '../signature/signing-key.test-kit.ts';
import { checkIssuer, type IssuerRecord } from './issuer.ts';
import type { AnyIssuerOptions, IssuerOptions } from './issuer-options.ts';
import type { JudgedToken } from './judged-token.ts';
import { audience, now, recordWith, tokenWith, verifierFor, verifyNow } from './token.test-kit.ts';

const id = 'spiffe://prod.test/orders';
const key = signingKey('ES256');
const theirs = signingKey('ES256', 'theirs');
const bundleKey = (one: SigningKey, more: object = {}) => ({ ...one.jwk, use: 'jwt-svid', ...more });
const authority = { kty: 'EC', use: 'x509-svid', x5c: ['AA=='] };

function record(options: AnyIssuerOptions = {}): IssuerRecord {
  const faults = new FaultCollector('accessToken');
  const jwks = { keys: [authority, bundleKey(key)] };
  const given = { profile: 'jwt-svid', trustDomain: 'prod.test', jwks, ...options };
  const made = checkIssuer(given as IssuerOptions, faults, '');
  faults.throwIfAny();
  return made;
}

// The claims of the kit that SVIDs do not have.
const svid = { iss: undefined, client_id: undefined, jti: undefined, scope: undefined, iat: undefined, sub: id };

interface Presented {
  readonly header?: object | undefined;
  readonly signer?: SigningKey;
  readonly options?: AnyIssuerOptions;
}

function judged(claims: object = {}, { header, signer = key, options }: Presented = {}): Outcome<JudgedToken> {
  const token = tokenWith({ ...svid, ...claims }, { typ: 'JWT', ...header }, signer);
  return verifyNow(verifierFor([record(options)]), token);
}

describe('a JWT-SVID', () => {
  it('is the workload that its SPIFFE ID names, and nothing more', () => {
    const outcome: Outcome<JudgedToken> = judged({ roles: ['admin'], scope: 'admin', act: { sub: 'x' }, acr: 'high' });
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        record: { issuer: 'spiffe://prod.test', profile: { name: 'jwt-svid' } },
        token: {
          identity: { workload: id, trustDomain: 'prod.test', clientId: undefined },
          actors: [],
          roles: [],
          acr: undefined,
          jti: undefined,
          issuedAt: undefined,
        },
      },
    });
    expect(outcome.ok && outcome.value.token.scopes.size).toBe(0);
    expect(outcome.ok && 'subject' in outcome.value.token.identity).toBe(false);
  });

  it.each<[string, object, object?]>([
    ['without typ', {}, { typ: undefined }],
    ['with typ JOSE', {}, { typ: 'JOSE' }],
    ['with iat, nbf and jti', { iat: now - 10, nbf: now - 10, jti: 'j' }],
    ['with an issuer that nobody knows', { iss: 'https://oidc.prod.test' }],
    ['with claims nobody knows', { x: { y: 1 } }],
  ])('is accepted %s', (_case, claims, header) => {
    expect(judged(claims, { header }).ok).toBe(true);
  });

  it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'] as const)(
    'is accepted with %s',
    (algorithm) => {
      const signer = signingKey(algorithm);
      expect(judged({}, { signer, options: { jwks: { keys: [bundleKey(signer)] } } }).ok).toBe(true);
    },
  );

  it('is refused with EdDSA, even when the bundle has such a key', () => {
    const signer = signingKey('EdDSA');
    const options = { jwks: { keys: [bundleKey(signer)] } };
    expect(judged({}, { signer, options })).toMatchObject({ reason: 'TOKEN_ALGORITHM_REFUSED' });
  });

  it.each<[string, object, string]>([
    ['the typ of an access token', { typ: 'at+jwt' }, 'TOKEN_TYPE_UNEXPECTED'],
    ['the typ of a WIT', { typ: 'wit+jwt' }, 'TOKEN_TYPE_UNEXPECTED'],
    ['an empty typ', { typ: '' }, 'TOKEN_TYPE_UNEXPECTED'],
    ['a cty', { cty: 'x' }, 'TOKEN_MALFORMED'],
    ['an embedded key', { jwk: key.jwk }, 'TOKEN_MALFORMED'],
    ['an address of keys', { jku: 'https://prod.test/keys' }, 'TOKEN_MALFORMED'],
    ['a member nobody knows', { x: 1 }, 'TOKEN_MALFORMED'],
    ['a critical extension', { crit: ['x'], x: 1 }, 'TOKEN_CRITICAL_UNSUPPORTED'],
    ['no kid', { kid: undefined }, 'TOKEN_KEY_UNKNOWN'],
    ['another kid', { kid: 'other' }, 'TOKEN_KEY_UNKNOWN'],
  ])('is refused with %s in its header', (_case, header, reason) => {
    expect(judged({}, { header })).toMatchObject({ ok: false, reason });
  });

  it.each<[string, object, string]>([
    ['no sub', { sub: undefined }, 'TOKEN_ISSUER_UNKNOWN'],
    ['an id that is none', { sub: 'orders' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['the id of the trust domain', { sub: 'spiffe://prod.test' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['an id with a dot segment', { sub: 'spiffe://prod.test/../x' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['an id with an upper-case domain', { sub: 'spiffe://Prod.test/orders' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['an id of a longer domain', { sub: 'spiffe://prod.test.evil/orders' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['an id of another domain', { sub: 'spiffe://other.test/orders' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['a list of ids', { sub: [id] }, 'TOKEN_ISSUER_UNKNOWN'],
    ['no audience', { aud: undefined }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['an empty audience', { aud: [] }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['the audience of somebody else', { aud: 'spiffe://prod.test/billing' }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['several audiences', { aud: [audience, 'x'] }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['no expiry', { exp: undefined }, 'TOKEN_CLAIM_MISSING'],
    ['an expiry that is past', { exp: now - 31 }, 'TOKEN_EXPIRED'],
    ['a life that has a day left', { exp: now + 86_400 }, 'TOKEN_LIFETIME_TOO_LONG'],
    ['a life that has a second too many left', { exp: now + 931 }, 'TOKEN_LIFETIME_TOO_LONG'],
    ['a time of issue that is no date', { iat: 'x' }, 'TOKEN_CLAIM_MISSING'],
    ['a time of issue ahead', { iat: now + 31 }, 'TOKEN_NOT_YET_VALID'],
    ['a jti that is no text', { jti: 5 }, 'TOKEN_CLAIM_MISSING'],
    ['a confirmation nobody knows', { cnf: { x: 1 } }, 'BINDING_MISMATCH'],
  ])('is refused with %s', (_case, claims, reason) => {
    expect(judged(claims)).toMatchObject({ ok: false, reason });
  });
});

test('a key of one trust domain never speaks for another, whatever its kid and whatever the token says', () => {
  const both = verifierFor([
    record(),
    record({ trustDomain: 'other.test', jwks: { keys: [bundleKey(theirs, { kid: 'key-1' })] } }),
  ]);
  const verify = (claims: object, signer: SigningKey): Outcome<JudgedToken> =>
    verifyNow(both, tokenWith({ ...svid, ...claims }, { typ: 'JWT', kid: 'key-1' }, signer));
  const foreign = { sub: 'spiffe://other.test/orders' };
  expect(verify({}, key).ok).toBe(true);
  expect(verify(foreign, theirs).ok).toBe(true);
  // The sub of one domain, signed by the other.
  expect(verify({}, theirs)).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
  expect(verify(foreign, key)).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
  // The issuer that a token names selects a record, and the record then refuses ids outside of its domain.
  expect(verify({ iss: 'spiffe://other.test' }, theirs)).toMatchObject({ reason: 'TOKEN_ISSUER_UNKNOWN' });
  expect(verify({ iss: 'spiffe://other.test' }, key)).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
  expect(verify({ ...foreign, iss: 'spiffe://prod.test' }, key)).toMatchObject({ reason: 'TOKEN_ISSUER_UNKNOWN' });
});

test('beside an authorization server, each token is judged by its own profile', () => {
  const issuer = 'https://issuer.test';
  const both = verifierFor([record(), recordWith({ jwks: { keys: [theirs.jwk] } })]);
  const access = { kid: 'theirs', typ: 'at+jwt' };
  expect(verifyNow(both, tokenWith({}, access, theirs)).ok).toBe(true);
  expect(verifyNow(both, tokenWith({ sub: id }, access, theirs)).ok).toBe(true);
  const named = tokenWith({ ...svid, iss: issuer }, { typ: 'JWT' }, key);
  expect(verifyNow(both, named)).toMatchObject({ reason: 'TOKEN_TYPE_UNEXPECTED' });
  const access2 = tokenWith({ ...svid }, { typ: 'at+jwt' }, key);
  expect(verifyNow(both, access2)).toMatchObject({ reason: 'TOKEN_TYPE_UNEXPECTED' });
});

test.each<[string, object]>([
  ['for X.509-SVIDs', { use: 'x509-svid' }],
  ['for WIT-SVIDs', { use: 'wit-svid' }],
  ['for signatures in general', { use: 'sig' }],
  ['without a use', { use: undefined }],
])('a key of the bundle %s does not verify JWT-SVIDs', (_case, changes) => {
  const keys = [bundleKey(signingKey('ES256', 'spare')), { ...bundleKey(key), ...changes }];
  expect(judged({}, { options: { jwks: { keys } } })).toMatchObject({ reason: 'TOKEN_KEY_UNKNOWN' });
});
