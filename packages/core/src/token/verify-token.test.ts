import { expect, test } from 'vitest';
import type { Outcome } from '../errors/outcome.ts';
import { parseStrictJson } from '../signature/strict-json.ts';
import type { IssuerOptions } from './issuer.ts';
import { audience, claimsWith, issuer, now, recordWith } from './token.test-kit.ts';
import { verifyClaims, type TokenContext, type VerifiedToken } from './verify-token.ts';

const thumbprint = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0';

interface Setting {
  readonly options?: Partial<IssuerOptions>;
  readonly context?: Partial<TokenContext>;
}

function verified(
  changes: Readonly<Record<string, unknown>>,
  { options, context }: Setting = {},
): Outcome<VerifiedToken> {
  const claims = parseStrictJson(JSON.stringify(claimsWith(changes)));
  if (!claims.ok) throw new Error(`broken test: ${claims.problem}`);
  return verifyClaims(claims.value, recordWith(options), {
    now: now * 1000,
    audience: [audience],
    ...context,
  });
}

test('a good token says who calls, for whom and until when', () => {
  expect(verified({ sub: 'user-1', roles: ['admin'], scope: 'a b' })).toEqual({
    ok: true,
    value: {
      identity: {
        workload: `oauth:${issuer}#orders`,
        trustDomain: issuer,
        callerClaim: 'client_id',
        clientId: 'orders',
        subject: { issuer, id: 'user-1' },
      },
      audience: [audience],
      actors: [],
      mayAct: undefined,
      scopes: new Set(['a', 'b']),
      roles: ['admin'],
      tenant: undefined,
      jti: 'jti-1',
      sub: 'user-1',
      issuedAt: (now - 10) * 1000,
      expiresAt: (now + 290) * 1000,
      times: { exp: now + 290, iat: now - 10, nbf: undefined },
      confirmation: undefined,
    },
  });
});

const several: Setting = { options: { multipleAudiences: true } };
const azp: Setting = { options: { callerClaim: 'azp' } };
const tenant: Setting = { options: { tenantClaim: 'org' } };
const groups: Setting = { options: { rolesClaim: 'groups' } };
const day: Setting = { options: { maxLifetimeSeconds: 86_400 } };
const exact: Setting = { options: { clockToleranceSeconds: 0 } };
const own: Setting = { options: { audience: ['urn:a', 'urn:b'] } };
const actors = (depth: number): object => ({ sub: `actor-${depth}`, ...(depth > 1 && { act: actors(depth - 1) }) });

test.each<[string, Record<string, unknown>, Setting?]>([
  ['one audience in a list', { aud: [audience] }],
  ['several audiences, where they are permitted', { aud: ['x', audience, 'y'] }, several],
  ['an audience of the issuer record', { aud: 'urn:b' }, own],
  ['the last second', { iat: now - 60, exp: now - 29 }],
  ['no tolerance, and a second left', { exp: now + 1 }, exact],
  ['issued within the tolerance ahead', { iat: now + 30, exp: now + 60 }],
  ['not before within the tolerance', { nbf: now + 30 }],
  ['not before in the past', { nbf: now - 10 }],
  ['the longest life', { iat: now - 10, exp: now + 890 }],
  ['a longer life, where it is permitted', { iat: now - 10, exp: now - 10 + 86_400 }, day],
  ['a day old, where that is permitted', { iat: now - 86_000, exp: now + 400 }, day],
  ['a caller in another claim', { azp: 'web' }, azp],
  ['no scope', { scope: undefined }],
  ['an empty scope', { scope: '' }],
  ['no roles', { roles: undefined }],
  ['an empty list of roles', { roles: [] }],
  ['roles in another claim', { groups: ['a'], roles: 'ignored' }, groups],
  ['a tenant', { org: 'acme' }, tenant],
  ['no tenant', {}, tenant],
  ['the tenant claim of another issuer', { org: 5 }],
  ['an actor', { act: { sub: 'gateway', iss: issuer } }],
  ['who may act', { may_act: { sub: 'gateway', iss: issuer } }],
  ['an inner actor of another issuer', { act: { sub: 'gateway', act: { sub: 'web', iss: 'https://other.test' } } }],
  ['eight actors', { act: actors(8) }],
  ['a binding to a certificate', { cnf: { 'x5t#S256': thumbprint } }],
  ['a binding to a DPoP key', { cnf: { jkt: thumbprint } }],
  ['a binding to both', { cnf: { 'x5t#S256': thumbprint, jkt: thumbprint } }],
  ['a binding to a DPoP key, as Keycloak writes it', { cnf: { jkt: thumbprint, 'kc-jkt-type': 'DPoP' } }],
  ['claims that nobody knows', { nonce: 'x', toString: 'x', constructor: 1, may_act: { sub: 'x' } }],
])('accepted: %s', (_case, changes, setting) => {
  expect(verified(changes, setting)).toMatchObject({ ok: true });
});

const maybe = (name: string): [string, unknown][] => [
  [`no ${name}`, undefined],
  [`${name}: null`, null],
  [`${name}: ""`, ''],
  [`${name}: 5`, 5],
  [`${name}: a list`, ['orders']],
  [`${name}: an object`, { a: 1 }],
];

test.each(['sub', 'client_id', 'jti'].flatMap(maybe))('refused: %s', (title, value) => {
  const name = /\w+(?=$|:)/.exec(title.replace('no ', ''))?.[0] ?? '';
  expect(verified({ [name]: value })).toMatchObject({
    ok: false,
    reason: 'TOKEN_CLAIM_MISSING',
    detail: { check: name },
  });
});

test.each<[string, unknown]>([
  ['none', undefined],
  ['null', null],
  ['an empty text', ''],
  ['an empty list', []],
  ['a list of null', [null]],
  ['a number', 5],
  ['an object', {}],
  ['ours beside a number and an object', [audience, 5, {}]],
  ['ours beside null', [audience, null]],
  ['ours beside an empty text', [audience, '']],
  ['ours in a list in a list', [[audience]]],
  ['ours and others', [audience, 'https://orders.test']],
  ['ours twice', [audience, audience]],
  ['another service', 'https://orders.test'],
  ['ours with a slash', `${audience}/`],
  ['ours with something behind', `${audience}.evil`],
  ['ours with something before', `x${audience}`],
  ['a part of ours', audience.slice(0, -1)],
  ['ours in other case', audience.toUpperCase()],
  ['ours with a space', ` ${audience}`],
  ['ours with a look-alike', audience.replace('o', 'о')],
  ['two in one text', `${audience} https://orders.test`],
  ['a thousand', Array.from({ length: 1000 }, (_, index) => (index === 0 ? audience : `x${index}`))],
])('refused as audience: %s', (_case, aud) => {
  const mismatch = { ok: false, reason: 'TOKEN_AUDIENCE_MISMATCH', detail: { check: 'aud' } };
  expect(verified({ aud })).toMatchObject(mismatch);
});

test.each<[string, unknown]>([
  ['others only', ['x', 'y']],
  ['ours beside a number', [audience, 5]],
  ['a thousand', Array.from({ length: 1000 }, (_, index) => (index === 0 ? audience : `x${index}`))],
  ['that of the service, when the issuer record has its own', audience],
])('refused as audience even where several are permitted: %s', (title, aud) => {
  const setting = title.startsWith('that') ? { options: { ...own.options, multipleAudiences: true } } : several;
  expect(verified({ aud }, setting)).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
});

test.each<[string, string, Record<string, unknown>, Setting?]>([
  ['TOKEN_EXPIRED', 'the tolerance is over', { iat: now - 60, exp: now - 30 }],
  ['TOKEN_EXPIRED', 'no tolerance', { exp: now }, exact],
  ['TOKEN_EXPIRED', 'long ago', { iat: 1, exp: 2 }],
  ['TOKEN_NOT_YET_VALID', 'issued too far ahead', { iat: now + 31, exp: now + 60 }],
  ['TOKEN_NOT_YET_VALID', 'issued ahead without tolerance', { iat: now + 1 }, exact],
  ['TOKEN_NOT_YET_VALID', 'not before too far ahead', { nbf: now + 31 }],
  ['TOKEN_NOT_YET_VALID', 'not before ahead without tolerance', { nbf: now + 1 }, exact],
  ['TOKEN_LIFETIME_TOO_LONG', 'a second too long', { iat: now - 10, exp: now + 891 }],
  ['TOKEN_LIFETIME_TOO_LONG', 'ten years', { exp: now + 315_360_000 }],
  ['TOKEN_LIFETIME_TOO_LONG', 'issued long ago, expires soon', { iat: 1, exp: now + 10 }],
  ['TOKEN_LIFETIME_TOO_LONG', 'too long for the longer limit', { iat: now, exp: now + 86_401 }, day],
  ['TOKEN_CLAIM_MISSING', 'expires when issued', { iat: now, exp: now }],
  ['TOKEN_CLAIM_MISSING', 'expires before issued', { iat: now + 10, exp: now + 9 }],
  ['TOKEN_CLAIM_MISSING', 'begins when it ends', { nbf: now + 10, exp: now + 10 }],
  ['TOKEN_CLAIM_MISSING', 'begins after its end, within the tolerance', { nbf: now + 20, exp: now + 10 }],
])('refused as %s: %s', (reason, _case, changes, setting) => {
  expect(verified(changes, setting)).toMatchObject({ ok: false, reason });
});

const notDates: [string, unknown][] = [
  ['a text', '1795521600'],
  ['a text that is no number', 'NaN'],
  ['null', null],
  ['true', true],
  ['zero', 0],
  ['negative', -1],
  ['a fraction', now + 100.5],
  ['milliseconds', (now + 100) * 1000],
  ['2^53', 2 ** 53],
  ['a list', [now + 100]],
  ['nested', { exp: now + 100 }],
];

test.each(['exp', 'iat', 'nbf'].flatMap((claim) => notDates.map(([title, value]) => [claim, title, value] as const)))(
  'refused as %s: %s',
  (claim, _case, value) => {
    expect(verified({ [claim]: value })).toMatchObject({ reason: 'TOKEN_CLAIM_MISSING', detail: { check: claim } });
  },
);

test.each(['exp', 'iat'])('refused without %s', (claim) => {
  expect(verified({ [claim]: undefined })).toMatchObject({ reason: 'TOKEN_CLAIM_MISSING', detail: { check: claim } });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined as unknown as number])(
  'a clock that says %s accepts nothing',
  (broken) => {
    expect(verified({}, { context: { now: broken } }).ok).toBe(false);
    expect(verified({ nbf: now }, { context: { now: broken } }).ok).toBe(false);
  },
);

test('a clock that is set back or forth decides by what it says now', () => {
  const at = (seconds: number): boolean => verified({}, { context: { now: seconds * 1000 } }).ok;
  expect([now - 600, now, now + 600, now].map(at)).toEqual([false, true, false, true]);
});

test.each<[string, Record<string, unknown>, Setting, string]>([
  ['no azp', {}, azp, 'azp'],
  ['azp that is a number', { azp: 1 }, azp, 'azp'],
  ['azp, but no client_id', { azp: 'web', client_id: undefined }, azp, 'client_id'],
  ['a tenant that is empty', { org: '' }, tenant, 'org'],
  ['a tenant that is null', { org: null }, tenant, 'org'],
  ['a tenant that is a list', { org: ['acme'] }, tenant, 'org'],
  ['a scope that is a list', { scope: ['a'] }, {}, 'scope'],
  ['a scope that is null', { scope: null }, {}, 'scope'],
  ['a scope with two spaces', { scope: 'a  b' }, {}, 'scope'],
  ['a scope that ends with a space', { scope: 'a ' }, {}, 'scope'],
  ['a scope with a tab', { scope: 'a\tb' }, {}, 'scope'],
  ['five hundred scopes', { scope: Array.from({ length: 500 }, (_, index) => `s${index}`).join(' ') }, {}, 'scope'],
  ['roles that are a text', { roles: 'admin' }, {}, 'roles'],
  ['roles that are null', { roles: null }, {}, 'roles'],
  ['roles that are not all texts', { roles: ['admin', 1] }, {}, 'roles'],
  ['five hundred roles', { roles: Array(500).fill('a') }, {}, 'roles'],
  ['groups that are a text', { groups: 'admin' }, groups, 'groups'],
])('refused: %s', (_case, changes, setting, check) => {
  expect(verified(changes, setting)).toMatchObject({ ok: false, reason: 'TOKEN_CLAIM_MISSING', detail: { check } });
});

test.each<[string, unknown]>([
  ['the thumbprint with padding', { 'x5t#S256': `${thumbprint}=` }],
  ['an empty thumbprint', { 'x5t#S256': '' }],
  ['a thumbprint that is null', { 'x5t#S256': null }],
  ['a list of thumbprints', { 'x5t#S256': [thumbprint] }],
  ['a good certificate and a DPoP key that is no digest', { 'x5t#S256': thumbprint, jkt: 'x' }],
  ['a DPoP key with white space', { jkt: ` ${thumbprint.slice(1)}` }],
  ['a member that is unknown', { 'x5t#S256': thumbprint, x: 1 }],
  ['a member that is only unknown', { x: 1 }],
  ['a thumbprint by SHA-1', { x5t: thumbprint }],
  ['a key that Keycloak wants proven otherwise', { jkt: thumbprint, 'kc-jkt-type': 'attestation' }],
  ['a key whose kind is a list', { jkt: thumbprint, 'kc-jkt-type': ['DPoP'] }],
  ['a kind beside a certificate', { 'x5t#S256': thumbprint, 'kc-jkt-type': 'DPoP' }],
  ['a kind and nothing else', { 'kc-jkt-type': 'DPoP' }],
  ['a kind, and a member that is unknown', { jkt: thumbprint, 'kc-jkt-type': 'DPoP', x: 1 }],
  ['an embedded key', { jwk: {} }],
  ['nothing inside', {}],
  ['null', null],
  ['a text', thumbprint],
  ['a list', [{ 'x5t#S256': thumbprint }]],
])('refused as binding: %s', (_case, cnf) => {
  expect(verified({ cnf })).toMatchObject({ ok: false, reason: 'BINDING_MISMATCH' });
});

test('a bound token says which keys must be proven', () => {
  const cnf = { 'x5t#S256': thumbprint, jkt: thumbprint };
  expect(verified({ cnf })).toMatchObject({ value: { confirmation: { certificate: thumbprint, key: thumbprint } } });
});

test('claims are never looked for on a prototype', () => {
  const polluted = Object.prototype as { jti?: unknown };
  polluted.jti = 'from the prototype';
  try {
    expect(verified({ jti: undefined })).toMatchObject({ detail: { check: 'jti' } });
  } finally {
    delete polluted.jti;
  }
  expect(verified({}, { options: { callerClaim: 'toString' } })).toMatchObject({ detail: { check: 'toString' } });
});

test('the issuer is compared again, to the letter', () => {
  for (const iss of [`${issuer}/`, issuer.toUpperCase(), [issuer], undefined]) {
    expect(verified({ iss })).toMatchObject({ ok: false, reason: 'TOKEN_ISSUER_UNKNOWN' });
  }
});
