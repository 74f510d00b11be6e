/** Tokens that a service issues about itself: one workload, one audience, five minutes, and no grants. */
import { expect, test } from 'vitest';
import type { Outcome } from '../errors/outcome.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { AnyIssuerOptions } from './issuer-options.ts';
import type { JudgedToken } from './judged-token.ts';
import { audience, issuer, now, recordWith, tokenWith, verifierFor, verifyNow } from './token.test-kit.ts';

const workload = 'spiffe://prod.test/orders';
const key = signingKey('ES256');

function judged(claims: object = {}, header: object = {}, options: AnyIssuerOptions = {}): Outcome<JudgedToken> {
  const verifier = verifierFor([recordWith({ profile: 'service-jwt', workload, ...options })]);
  const own = { sub: workload, client_id: undefined, scope: undefined };
  return verifyNow(verifier, tokenWith({ ...own, ...claims }, { typ: 'service+jwt', ...header }, key));
}

test('it is the workload that the record of its issuer names, and it grants itself nothing', () => {
  const grants = { scope: 'admin', roles: ['admin'], act: { sub: 'x' }, acr: 'high', auth_time: now, org: 'acme' };
  const outcome = judged(grants);
  expect(outcome).toMatchObject({
    ok: true,
    value: {
      token: {
        identity: { workload, trustDomain: issuer, clientId: undefined },
        roles: [],
        actors: [],
        tenant: undefined,
        acr: undefined,
        authTime: undefined,
      },
    },
  });
  expect(outcome.ok && outcome.value.token.scopes.size).toBe(0);
  expect(outcome.ok && 'subject' in outcome.value.token.identity).toBe(false);
});

test('its type may have the prefix, and any case', () => {
  for (const typ of ['Service+JWT', 'application/service+jwt']) expect(judged({}, { typ }).ok).toBe(true);
});

test('it lives five minutes, unless the record says otherwise in a number', () => {
  const long = { iat: now - 10, exp: now + 291 };
  expect(judged({ iat: now - 10, exp: now + 290 }).ok).toBe(true);
  expect(judged(long)).toMatchObject({ reason: 'TOKEN_LIFETIME_TOO_LONG' });
  expect(judged(long, {}, { maxLifetimeSeconds: 301 }).ok).toBe(true);
});

test.each<[string, object, string]>([
  ['another workload of the same domain', { sub: 'spiffe://prod.test/billing' }, 'TOKEN_CLAIM_MISSING'],
  ['the workload with a slash', { sub: `${workload}/` }, 'TOKEN_CLAIM_MISSING'],
  ['the workload in upper case', { sub: workload.toUpperCase() }, 'TOKEN_CLAIM_MISSING'],
  ['a list of workloads', { sub: [workload] }, 'TOKEN_CLAIM_MISSING'],
  ['no workload', { sub: undefined }, 'TOKEN_CLAIM_MISSING'],
  ['no id', { jti: undefined }, 'TOKEN_CLAIM_MISSING'],
  ['an empty id', { jti: '' }, 'TOKEN_CLAIM_MISSING'],
  ['no expiry', { exp: undefined }, 'TOKEN_CLAIM_MISSING'],
  ['no time of issue', { iat: undefined }, 'TOKEN_CLAIM_MISSING'],
  ['another issuer', { iss: 'https://other.test' }, 'TOKEN_ISSUER_UNKNOWN'],
  ['no issuer', { iss: undefined }, 'TOKEN_ISSUER_UNKNOWN'],
  ['no audience', { aud: undefined }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['another audience', { aud: `${audience}/x` }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['several audiences', { aud: [audience, 'x'] }, 'TOKEN_AUDIENCE_MISMATCH'],
])('it is refused with %s', (_case, claims, reason) => {
  expect(judged(claims)).toMatchObject({ ok: false, reason });
});

test.each(['at+jwt', 'JWT', undefined, '', 'service+jwt ', 'service', 'client-authentication+jwt'])(
  'it is refused with typ %j',
  (typ) => {
    expect(judged({}, { typ })).toMatchObject({ ok: false, reason: 'TOKEN_TYPE_UNEXPECTED' });
  },
);
