import { describe, expect, it, test } from 'vitest';
import { judgeIntrospection, type IntrospectionExpectations } from './judge-introspection.ts';
import { audience, issuer, now } from './token.test-kit.ts';

const expectations: IntrospectionExpectations = { issuer, audience: [audience], now: now * 1000 };
const good = {
  active: true,
  iss: issuer,
  aud: audience,
  client_id: 'orders',
  exp: now + 290,
  iat: now - 10,
  scope: 'inventory:read inventory:write',
  token_type: 'Bearer',
};
const digest = 'a'.repeat(43);

function judge(changes: object, others: Partial<IntrospectionExpectations> = {}) {
  return judgeIntrospection(JSON.stringify({ ...good, ...changes }), { ...expectations, ...others });
}

describe('an answer about a good token', () => {
  it('says who calls, with which scopes, for how long', () => {
    const judged = judge({});
    if (!judged.ok) throw new Error(judged.reason);
    const { scopes, ...rest } = judged.value;
    expect([...scopes]).toEqual(['inventory:read', 'inventory:write']);
    expect(rest).toEqual({
      identity: {
        workload: `oauth:${issuer}#orders`,
        trustDomain: issuer,
        callerClaim: 'client_id',
        clientId: 'orders',
      },
      mayAct: undefined,
      audience: [audience],
      actors: [],
      roles: [],
      tenant: undefined,
      jti: undefined,
      sub: undefined,
      issuedAt: (now - 10) * 1000,
      expiresAt: (now + 290) * 1000,
      acr: undefined,
      authTime: undefined,
      times: { exp: now + 290, iat: now - 10, nbf: undefined },
      confirmation: undefined,
    });
  });

  it.each<[string, object, Partial<IntrospectionExpectations>?]>([
    ['without iss, iat, scope and type', { iss: undefined, iat: undefined, scope: undefined, token_type: undefined }],
    ['with the type in another case', { token_type: 'bearer' }],
    ['with the audience in a list', { aud: [audience] }],
    ['with several audiences, where they are permitted', { aud: [audience, 'b'] }, { multipleAudiences: true }],
    ['without audience, where that is permitted', { aud: undefined }, { audienceMayBeMissing: true }],
    ['that expired within the tolerance', { exp: now - 29, iat: now - 300 }],
    ['that lives for a day: the issuer can end it at any time', { exp: now + 86_400 }],
    ['with members nobody knows', { sid: 'x', may_act: { sub: 'y' } }],
    ['bound to a DPoP key', { cnf: { jkt: digest }, token_type: 'DPoP' }],
    ['bound to a DPoP key, without a type', { cnf: { jkt: digest }, token_type: undefined }],
    ['bound to a certificate', { cnf: { 'x5t#S256': digest } }],
    ['of a listed client', {}, { clientIds: ['orders'] }],
  ])('is accepted %s', (_name, changes, others) => {
    expect(judge(changes, others)).toMatchObject({ ok: true });
  });

  it.each([
    ['is the client, and the user is a subject', { sub: 'ada' }, { workload: `oauth:${issuer}#orders`, id: 'ada' }],
    ['is the outermost actor', { sub: 'ada', act: { sub: 'web' } }, { workload: `oauth:${issuer}#web`, id: 'ada' }],
    [
      'is never a user name',
      { username: 'admin', sub: 'orders' },
      { workload: `oauth:${issuer}#orders`, id: undefined },
    ],
  ])('the caller %s', (_name, changes, { workload, id }) => {
    const judged = judge(changes);
    expect(judged.ok && judged.value.identity.workload).toBe(workload);
    expect(judged.ok && judged.value.identity.subject?.id).toBe(id);
  });

  it('takes the caller from the member that the record names, and the others must agree', () => {
    const others = { callerClaim: 'azp', otherCallerClaims: ['client_id'] };
    expect(judge({ azp: 'orders' }, others)).toMatchObject({ value: { identity: { clientId: 'orders' } } });
    expect(judge({}, others)).toMatchObject({ value: { identity: { clientId: 'orders' } } });
    expect(judge({ azp: 'web' }, others)).toMatchObject({ reason: 'TOKEN_CLAIM_MISSING' });
    expect(judge({ azp: undefined, client_id: undefined }, others)).toMatchObject({ reason: 'TOKEN_CLAIM_MISSING' });
  });
});

describe('an answer that lies, or that is about no good token, is refused', () => {
  it.each<[string, object, string, Partial<IntrospectionExpectations>?]>([
    ['inactive', { active: false }, 'TOKEN_INACTIVE'],
    ['of another issuer', { iss: 'https://other.test' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['of the issuer with a slash', { iss: `${issuer}/` }, 'TOKEN_ISSUER_UNKNOWN'],
    ['of an issuer in a list', { iss: [issuer] }, 'TOKEN_ISSUER_UNKNOWN'],
    ['active without exp', { exp: undefined }, 'TOKEN_CLAIM_MISSING'],
    ['active with exp as text', { exp: String(now + 290) }, 'TOKEN_CLAIM_MISSING'],
    ['active with exp in milliseconds', { exp: (now + 290) * 1000 }, 'TOKEN_CLAIM_MISSING'],
    ['active and expired', { exp: now - 31, iat: now - 300 }, 'TOKEN_EXPIRED'],
    ['active and not yet valid', { nbf: now + 31 }, 'TOKEN_NOT_YET_VALID'],
    ['issued in the future', { iat: now + 31 }, 'TOKEN_NOT_YET_VALID'],
    ['issued after it expires', { iat: now, exp: now }, 'TOKEN_CLAIM_MISSING'],
    ['with iat as text', { iat: 'now' }, 'TOKEN_CLAIM_MISSING'],
    ['judged by a clock that is broken', {}, 'TOKEN_NOT_YET_VALID', { now: Number.NaN }],
    ['active without aud', { aud: undefined }, 'TOKEN_AUDIENCE_MISMATCH'],
    [
      'without aud as null, where it may be missing',
      { aud: null },
      'TOKEN_AUDIENCE_MISMATCH',
      { audienceMayBeMissing: true },
    ],
    ['for nobody', { aud: [] }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['for another service', { aud: 'https://payments.test' }, 'TOKEN_AUDIENCE_MISMATCH'],
    [
      'for another one, where aud may be missing',
      { aud: 'b' },
      'TOKEN_AUDIENCE_MISMATCH',
      { audienceMayBeMissing: true },
    ],
    ['for several services', { aud: [audience, 'b'] }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['of a client that is not listed', {}, 'TOKEN_AUDIENCE_MISMATCH', { clientIds: ['web'] }],
    ['without client', { client_id: undefined }, 'TOKEN_CLAIM_MISSING'],
    ['without client, but with a user name', { client_id: undefined, username: 'orders' }, 'TOKEN_CLAIM_MISSING'],
    ['with a client that no rule can name', { client_id: 'or ders' }, 'TOKEN_CLAIM_MISSING'],
    ['with sub as number', { sub: 1 }, 'TOKEN_CLAIM_MISSING'],
    ['with scopes as list', { scope: ['a'] }, 'TOKEN_CLAIM_MISSING'],
    ['with roles as text', { roles: 'admin' }, 'TOKEN_CLAIM_MISSING'],
    ['with a tenant as number', { org: 1 }, 'TOKEN_CLAIM_MISSING', { tenantClaim: 'org' }],
    ['with actors that are no chain', { act: 'web' }, 'ACTOR_CHAIN_TOO_LONG'],
    ['with a may_act that is a list', { may_act: ['web'] }, 'ACTOR_CHAIN_TOO_LONG'],
    ['with an actor of another issuer', { act: { sub: 'web', iss: 'https://other.test' } }, 'TOKEN_ISSUER_UNKNOWN'],
    ['bound in a way we do not know', { cnf: { kid: 'x' } }, 'BINDING_MISMATCH'],
    ['bound to nothing', { cnf: {} }, 'BINDING_MISMATCH'],
    ['bound to a key, and a bearer token', { cnf: { jkt: digest } }, 'BINDING_MISMATCH'],
    ['of type DPoP, and bound to no key', { token_type: 'DPoP' }, 'BINDING_MISMATCH'],
    ['of a refresh token', { token_type: 'refresh_token' }, 'TOKEN_TYPE_UNEXPECTED'],
    ['of no access token', { token_type: 'N_A' }, 'TOKEN_TYPE_UNEXPECTED'],
    ['with a type that is no text', { token_type: ['Bearer'] }, 'TOKEN_TYPE_UNEXPECTED'],
  ])('%s', (_name, changes, reason, others) => {
    expect(judge(changes, others)).toMatchObject({ ok: false, reason });
  });
});

describe('what is no answer says nothing about the token', () => {
  it.each([
    ['nothing', ''],
    ['HTML', '<!doctype html><p>{"active":true}'],
    ['a text', '"active"'],
    ['a list', `[${JSON.stringify(good)}]`],
    ['an empty object', '{}'],
    ['active as text', JSON.stringify({ ...good, active: 'true' })],
    ['active as number', JSON.stringify({ ...good, active: 1 })],
    ['active as null', JSON.stringify({ ...good, active: null })],
    ['active twice', `{"active":false,${JSON.stringify(good).slice(1)}`],
    ['a prototype', `{"__proto__":${JSON.stringify(good)}}`],
    ['a number out of range', JSON.stringify(good).replace(/"exp":\d+/, '"exp":1e400')],
    ['an answer cut off', JSON.stringify(good).slice(0, -1)],
    ['two answers', JSON.stringify(good).repeat(2)],
  ])('%s', (_name, body) => {
    expect(judgeIntrospection(body, expectations)).toMatchObject({ ok: false, reason: 'INTROSPECTION_UNAVAILABLE' });
  });
});

test.each([
  ['a text', 'orders-eu'],
  ['a list of no texts', [1]],
  ['an object that finds everything', { includes: () => true, every: () => true }],
])('clients as %s are no list: a part of a name must not be found in it', (_case, clientIds) => {
  const wrong = { ...expectations, clientIds: clientIds as never };
  expect(judgeIntrospection(JSON.stringify(good), wrong)).toMatchObject({ ok: false, reason: 'INTERNAL_FAULT' });
});
