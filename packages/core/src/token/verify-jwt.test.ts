import { describe, expect, test } from 'vitest';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { audience, issuer, now, recordWith, tokenWith, verifierFor, verifyNow } from './token.test-kit.ts';
import { verifyJwt, verifyJwtSvid, type JwtExpectations, type JwtSvidExpectations } from './verify-jwt.ts';

const key = signingKey('ES256');
const encryption = { ...signingKey('RS256', 'enc').jwk, use: 'enc' };
const expectations: JwtExpectations = { issuer, audience, keys: { keys: [key.jwk, encryption] }, now: now * 1000 };
const id = 'spiffe://prod.test/orders';
const svidWith = (claims: object = {}, header: object = {}): string =>
  tokenWith({ iss: undefined, client_id: undefined, sub: id, ...claims }, { typ: 'JWT', ...header });
const svidExpectations: JwtSvidExpectations = {
  bundle: { trustDomain: 'prod.test', keys: [{ ...key.jwk, use: 'jwt-svid' }, key.jwk] },
  audience,
  now: now * 1000,
};

function verdict(outcome: ReturnType<typeof verifyJwt>): string {
  return outcome.ok ? outcome.value.identity.workload : `${outcome.reason} by ${outcome.detail.check}`;
}

describe('one call judges as a service does', () => {
  test.each([
    ['a good token', tokenWith(), {}],
    ['an expired one', tokenWith({ exp: now - 60, iat: now - 90 }), {}],
    ['another audience', tokenWith({ aud: 'https://payments.test' }), {}],
    ['another issuer', tokenWith({ iss: 'https://evil.test' }), {}],
    ['another type', tokenWith({}, { typ: 'JWT' }), {}],
    ['another key', tokenWith({}, {}, signingKey('ES256', 'key-2')), {}],
    ['two audiences', tokenWith({ aud: [audience, 'https://b.test'] }), {}],
    [
      'two audiences, where that is fine',
      tokenWith({ aud: [audience, 'https://b.test'] }),
      { multipleAudiences: true },
    ],
    ['no JWT', 'a.b.c', {}],
  ])('%s', (_case, token, options) => {
    const service = verifyNow(verifierFor([recordWith({ ...options })]), token);
    const pure = verifyJwt(token, { ...expectations, ...options });
    expect(pure).toEqual(service.ok ? { ok: true, value: service.value.token } : service);
  });

  test.each<[string, Partial<JwtExpectations>, string]>([
    ['as it was given', {}, 'oauth:https://issuer.test#orders'],
    ['with several audiences of ours', { audience: ['https://b.test', audience] }, 'oauth:https://issuer.test#orders'],
    ['by another profile', { profile: 'keycloak' }, 'TOKEN_TYPE_UNEXPECTED by typ'],
    ['later', { now: (now + 400) * 1000 }, 'TOKEN_EXPIRED by exp'],
    ['earlier', { now: (now - 400) * 1000 }, 'TOKEN_NOT_YET_VALID by iat'],
    ['with the keys of somebody else', { keys: { keys: [encryption] } }, 'TOKEN_KEY_UNKNOWN by keys'],
    ['without keys', { keys: { keys: [] } }, 'TOKEN_KEY_UNKNOWN by keys'],
    ['without an instant', { now: Number.NaN }, 'INTERNAL_FAULT by options'],
    ['for no audience', { audience: '' }, 'INTERNAL_FAULT by options'],
    ['with a misspelt option', { maxLifeTime: 5 } as object, 'INTERNAL_FAULT by options'],
    ['with keys to fetch', { jwksUri: 'https://issuer.test/jwks' } as object, 'INTERNAL_FAULT by options'],
    ['with keys in a file', { jwksFile: '/etc/keys.json' } as object, 'INTERNAL_FAULT by options'],
  ])('%s', (_case, changes, expected) => {
    expect(verdict(verifyJwt(tokenWith(), { ...expectations, ...changes } as JwtExpectations))).toBe(expected);
  });

  test('an issuer on plain http is no danger where nothing is fetched', () => {
    const local = 'http://localhost:8080/realms/a';
    const outcome = verifyJwt(tokenWith({ iss: local }), { ...expectations, issuer: local });
    expect(verdict(outcome)).toBe(`oauth:${local}#orders`);
  });

  test('a bound token is good, and says what the request must prove besides', () => {
    const cnf = { jkt: 'A'.repeat(43) };
    expect(verifyJwt(tokenWith({ cnf }), expectations)).toMatchObject({ value: { confirmation: { key: cnf.jkt } } });
  });
});

describe('a JWT-SVID is judged by the bundle of its trust domain', () => {
  test.each<[string, string, Partial<JwtSvidExpectations>, string]>([
    ['a good one', svidWith(), {}, id],
    ['of another trust domain', svidWith({ sub: 'spiffe://evil.test/orders' }), {}, 'TOKEN_ISSUER_UNKNOWN by iss'],
    ['no SPIFFE ID', svidWith({ sub: 'orders' }), {}, 'TOKEN_ISSUER_UNKNOWN by iss'],
    ['an access token', svidWith({}, { typ: 'at+jwt' }), {}, 'TOKEN_TYPE_UNEXPECTED by typ'],
    ['without kid', svidWith({}, { kid: undefined }), {}, 'TOKEN_KEY_UNKNOWN by kid'],
    ['for somebody else', svidWith({ aud: 'https://b.test' }), {}, 'TOKEN_AUDIENCE_MISMATCH by aud'],
    [
      'keys of another purpose',
      svidWith(),
      { bundle: { trustDomain: 'prod.test', keys: [key.jwk] } },
      'TOKEN_KEY_UNKNOWN by keys',
    ],
    ['later', svidWith(), { now: (now + 400) * 1000 }, 'TOKEN_EXPIRED by exp'],
    [
      'a bundle of no domain',
      svidWith(),
      { bundle: { ...svidExpectations.bundle, trustDomain: 'Prod.Test' } },
      'INTERNAL_FAULT by options',
    ],
  ])('%s', (_case, token, changes, expected) => {
    expect(verdict(verifyJwtSvid(token, { ...svidExpectations, ...changes }))).toBe(expected);
  });
});
