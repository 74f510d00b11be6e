/** What common authorization servers send instead of RFC 9068: accepted by their profile, and by no other. */
import { describe, expect, it, test } from 'vitest';
import type { Outcome } from '../errors/outcome.ts';
import type { Notice } from '../runtime/notice.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { AnyIssuerOptions } from './issuer-options.ts';
import type { ProfileName } from './profile.ts';
import { profiles } from './profiles.ts';
import type { JudgedToken } from './judged-token.ts';
import {
  audience,
  issuer,
  now,
  recordWith,
  runtimeWith,
  tokenWith,
  verifierFor,
  verifierWith,
  verifyNow,
} from './token.test-kit.ts';

const rsa = signingKey('RS256');
const jwks = { keys: [rsa.jwk] };

interface Product {
  readonly profile: ProfileName;
  readonly options?: AnyIssuerOptions;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

// The kit's claims that the products do not send.
const none = { client_id: undefined, jti: undefined, scope: undefined };
const dates = { iat: now - 10, exp: now + 290 };

/** Tokens as the products write them, with other values. */
const products: Readonly<Record<string, Product>> = {
  keycloak: {
    profile: 'keycloak',
    header: { typ: 'JWT' },
    claims: {
      ...none,
      ...dates,
      jti: 'd58f5dc8',
      aud: [audience, 'account'],
      sub: 'user-1',
      typ: 'Bearer',
      azp: 'web',
      sid: '2a88c258',
      acr: '1',
      realm_access: { roles: ['offline_access'] },
      scope: 'email profile',
    },
  },
  entra: {
    profile: 'entra',
    header: { typ: 'JWT' },
    claims: { ...none, ...dates, nbf: now - 10, sub: 'user-1', azp: 'web', scp: 'a b', ver: '2.0', uti: 'x', tid: 't' },
  },
  auth0: {
    profile: 'auth0',
    header: { typ: 'JWT' },
    claims: { ...none, ...dates, sub: 'user-1', aud: [audience, `${issuer}/userinfo`], azp: 'web', scope: 'a b' },
  },
  okta: {
    profile: 'okta',
    header: { typ: undefined },
    claims: { ...none, ...dates, ver: 1, jti: 'AT.x', sub: 'user-1', cid: 'web', uid: '00u', scp: ['a', 'b'] },
  },
  cognito: {
    profile: 'cognito',
    options: { clientIds: ['web'] },
    header: { typ: undefined },
    claims: {
      ...none,
      ...dates,
      aud: undefined,
      sub: 'user-1',
      client_id: 'web',
      token_use: 'access',
      jti: 'j',
      scope: 'a b',
      'cognito:groups': ['g'],
      username: 'u',
      version: 2,
    },
  },
};

interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly options?: AnyIssuerOptions;
}

function judged(name: string, { claims, header, options }: Changes = {}): Outcome<JudgedToken> {
  const product = products[name];
  if (product === undefined) throw new Error('broken test');
  const verifier = verifierWith({ profile: product.profile, jwks, ...product.options, ...options });
  return verifyNow(verifier, tokenWith({ ...product.claims, ...claims }, { ...product.header, ...header }, rsa));
}

const names = Object.keys(products);

describe.each(names)('a token as %s writes it', (name) => {
  it('is accepted by its profile, and names client and subject', () => {
    expect(judged(name)).toMatchObject({
      ok: true,
      value: {
        record: { profile: { name } },
        token: {
          identity: { workload: `oauth:${issuer}#web`, clientId: 'web', subject: { issuer, id: 'user-1' } },
        },
      },
    });
  });

  it('is refused by the default profile', () => {
    const { claims, header } = products[name] as Product;
    expect(verifyNow(verifierWith({ jwks }), tokenWith(claims, header, rsa))).toMatchObject({
      ok: false,
      reason: 'TOKEN_TYPE_UNEXPECTED',
    });
  });

  it.each(['nonce', 'at_hash', 'c_hash', 's_hash', 'events'])(
    'is refused with %s: that is an ID token, or an event',
    (claim) => {
      const refused = { ok: false, reason: 'TOKEN_TYPE_UNEXPECTED', detail: { check: claim } };
      expect(judged(name, { claims: { [claim]: 'x' } })).toMatchObject(refused);
      expect(judged(name, { claims: { [claim]: null } })).toMatchObject(refused);
    },
  );

  it.each(['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'wit+jwt', 'refresh+jwt', ''])('is refused as typ %j', (typ) => {
    expect(judged(name, { header: { typ } })).toMatchObject({ ok: false, reason: 'TOKEN_TYPE_UNEXPECTED' });
  });

  it.each<[string, Changes, string]>([
    ['expiry', { claims: { exp: undefined } }, 'TOKEN_CLAIM_MISSING'],
    ['time of issue', { claims: { iat: undefined } }, 'TOKEN_CLAIM_MISSING'],
    ['subject', { claims: { sub: undefined } }, 'TOKEN_CLAIM_MISSING'],
    ['issuer', { claims: { iss: undefined } }, 'TOKEN_ISSUER_UNKNOWN'],
  ])('is refused without %s', (_claim, changes, reason) => {
    expect(judged(name, changes)).toMatchObject({ ok: false, reason });
  });

  it('is refused when it lives longer than fifteen minutes, unless the record says so in a number', () => {
    const hour = { claims: { iat: now - 10, exp: now + 3_500 } };
    expect(judged(name, hour)).toMatchObject({ reason: 'TOKEN_LIFETIME_TOO_LONG' });
    expect(judged(name, { ...hour, options: { maxLifetimeSeconds: 3_600 } }).ok).toBe(true);
  });

  it('is refused with the audience of somebody else', () => {
    expect(judged(name, { claims: { aud: 'urn:other' } })).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
    expect(judged(name, { claims: { aud: [] } })).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
    expect(judged(name, { claims: { aud: [audience, 5] } })).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
  });

  it('is refused without its caller', () => {
    const caller = { azp: undefined, cid: undefined, client_id: undefined };
    expect(judged(name, { claims: caller }).ok).toBe(false);
  });

  it('is accepted with an algorithm of its record only', () => {
    expect(judged(name, { options: { algorithms: ['ES256'] } })).toMatchObject({ reason: 'TOKEN_ALGORITHM_REFUSED' });
  });
});

test.each<[string, string, Changes, string]>([
  ['keycloak', 'an ID token', { claims: { typ: 'ID' } }, 'typ'],
  ['keycloak', 'a refresh token', { claims: { typ: 'Refresh' } }, 'typ'],
  ['keycloak', 'a token of no kind', { claims: { typ: undefined } }, 'typ'],
  ['keycloak', 'the kind in other case', { claims: { typ: 'bearer' } }, 'typ'],
  ['entra', 'no version', { claims: { ver: undefined } }, 'ver'],
  ['entra', 'a version that is a number', { claims: { ver: 2 } }, 'ver'],
  ['entra', 'another version', { claims: { ver: '3.0' } }, 'ver'],
  ['cognito', 'an ID token', { claims: { token_use: 'id' } }, 'token_use'],
  ['cognito', 'no use', { claims: { token_use: undefined } }, 'token_use'],
  ['cognito', 'two uses', { claims: { token_use: ['access', 'id'] } }, 'token_use'],
])('%s: refused as another kind of token: %s', (name, _case, changes, check) => {
  expect(judged(name, changes)).toMatchObject({ ok: false, reason: 'TOKEN_TYPE_UNEXPECTED', detail: { check } });
});

test.each<[string, string, Changes, string]>([
  ['keycloak', 'no typ in the header', { header: { typ: undefined } }, 'TOKEN_TYPE_UNEXPECTED'],
  ['entra', 'no typ in the header', { header: { typ: undefined } }, 'TOKEN_TYPE_UNEXPECTED'],
  ['entra', 'the typ of RFC 9068', { header: { typ: 'at+jwt' } }, 'TOKEN_TYPE_UNEXPECTED'],
  ['auth0', 'no typ in the header', { header: { typ: undefined } }, 'TOKEN_TYPE_UNEXPECTED'],
  ['okta', 'its internal type', { header: { typ: 'application/okta-internal-at+jwt' } }, 'TOKEN_TYPE_UNEXPECTED'],
  ['entra', 'several audiences', { claims: { aud: [audience, 'b'] } }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['okta', 'several audiences', { claims: { aud: [audience, 'b'] } }, 'TOKEN_AUDIENCE_MISMATCH'],
  [
    'keycloak',
    'several audiences, when forbidden',
    { options: { multipleAudiences: false } },
    'TOKEN_AUDIENCE_MISMATCH',
  ],
  ['keycloak', 'no jti', { claims: { jti: undefined } }, 'TOKEN_CLAIM_MISSING'],
  ['entra', 'a jti that is no text', { claims: { jti: 5 } }, 'TOKEN_CLAIM_MISSING'],
  ['entra', 'two callers that differ', { claims: { appid: 'other' } }, 'TOKEN_CLAIM_MISSING'],
  ['auth0', 'two callers that differ', { claims: { client_id: 'other' } }, 'TOKEN_CLAIM_MISSING'],
  ['entra', 'a caller that is no text', { claims: { azp: ['web'] } }, 'TOKEN_CLAIM_MISSING'],
  ['okta', 'scopes with a space in one', { claims: { scp: ['a b'] } }, 'TOKEN_CLAIM_MISSING'],
  ['okta', 'scopes that are not all texts', { claims: { scp: ['a', 5] } }, 'TOKEN_CLAIM_MISSING'],
  [
    'okta',
    'too many scopes',
    { claims: { scp: Array.from({ length: 257 }, (_, i) => `s${i}`) } },
    'TOKEN_CLAIM_MISSING',
  ],
  ['cognito', 'a client that is not listed', { claims: { client_id: 'other' } }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['cognito', 'a listed client, in other case', { claims: { client_id: 'WEB' } }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['cognito', 'a list of clients', { claims: { client_id: ['web'] } }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['cognito', 'an audience that is null', { claims: { aud: null } }, 'TOKEN_AUDIENCE_MISMATCH'],
])('%s: refused: %s', (name, _case, changes, reason) => {
  expect(judged(name, changes)).toMatchObject({ ok: false, reason });
});

test.each<[string, string, Changes, object]>([
  ['keycloak', 'bound to a DPoP key', { claims: { typ: 'DPoP', cnf: { jkt: 'x'.repeat(43) } } }, {}],
  ['entra', 'of version 1.0', { claims: { ver: '1.0', azp: undefined, appid: 'web' } }, {}],
  [
    'entra',
    'of an application',
    { claims: { idtyp: 'app', sub: 'oid-1', roles: ['r'], scp: undefined } },
    { roles: ['r'] },
  ],
  ['auth0', 'by RFC 9068', { header: { typ: 'at+jwt' }, claims: { azp: undefined, client_id: 'web' } }, {}],
  ['okta', 'with typ JWT', { header: { typ: 'JWT' } }, {}],
  ['cognito', 'with our audience', { claims: { aud: audience } }, { audience: [audience] }],
  ['cognito', 'without audience', {}, { audience: [] }],
])('%s: accepted: %s', (name, _case, changes, token) => {
  expect(judged(name, changes)).toMatchObject({ ok: true, value: { token } });
});

test.each<[string, Changes]>([
  ['entra', { claims: { idtyp: 'app', sub: 'oid-1' } }],
  ['auth0', { claims: { sub: 'web@clients' } }],
  ['okta', { claims: { sub: 'web' } }],
  ['cognito', { claims: { sub: 'web' } }],
  ['keycloak', { claims: { jti: 'trrtcc:712fb1c3', sub: '379723a2-7368' } }],
  ['keycloak', { claims: { jti: 'onltcc:712fb1c3', sub: '379723a2-7368' } }],
])('%s: a client that calls for itself is no subject of its own', (name, changes) => {
  const outcome = judged(name, changes);
  expect(outcome.ok && 'subject' in outcome.value.token.identity).toBe(false);
  expect(outcome.ok).toBe(true);
});

test.each<[string, Changes]>([
  ['auth0', { claims: { sub: 'other@clients' } }],
  ['auth0', { claims: { sub: 'web@clients.evil' } }],
  ['entra', { claims: { idtyp: 'user' } }],
  ['entra', { claims: { idtyp: 'APP' } }],
  ['keycloak', { claims: { jti: 'onrtro:2e717302' } }],
  ['keycloak', { claims: { jti: 'ntrtte:81811b91' } }],
  ['keycloak', { claims: { jti: 'trrtcc' } }],
  ['keycloak', { claims: { jti: 'TRRTCC:712fb1c3' } }],
  ['keycloak', { claims: { jti: '712fb1c3-trrtcc:' } }],
])('%s: any other sub is one: %o', (name, changes) => {
  const outcome = judged(name, changes);
  expect(outcome.ok && 'subject' in outcome.value.token.identity).toBe(true);
});

test.each(['entra', 'okta'])('%s: scopes are read from scp, and not from scope', (name) => {
  const outcome = judged(name, { claims: { scope: 'admin' } });
  expect(outcome.ok && [...outcome.value.token.scopes]).toEqual(['a', 'b']);
});

test('the caller claim of the record replaces those of the profile', () => {
  const options = { callerClaim: 'appid' };
  expect(judged('entra', { options, claims: { appid: 'api' } })).toMatchObject({
    value: { token: { identity: { clientId: 'api' } } },
  });
  expect(judged('entra', { options })).toMatchObject({ reason: 'TOKEN_CLAIM_MISSING', detail: { check: 'appid' } });
});

test('what a profile relaxes is told at start, once per issuer; a standard relaxes nothing', () => {
  const notices: Notice[] = [];
  const records = [
    recordWith(),
    ...names.map((name) => {
      const { profile, options } = products[name] as Product;
      return recordWith({ issuer: `https://${name}.test`, profile, ...options });
    }),
  ];
  verifierFor(records, runtimeWith({ notify: (notice) => void notices.push(notice) }));
  expect(notices.map(({ code, facts }) => [code, facts['issuer'], facts['profile']])).toEqual(
    names.map((name) => ['PROFILE_RELAXED', `https://${name}.test`, name]),
  );
  for (const { facts } of notices) expect(facts['relaxes']).toMatch(/^typ is .+; /);
});

test('every relaxation of a profile is listed in words, and only relaxed profiles have some', () => {
  for (const profile of Object.values(profiles)) {
    expect([profile.name, profile.relaxes.length > 0]).toEqual([profile.name, names.includes(profile.name)]);
    if (names.includes(profile.name))
      expect(profile.foreignClaims).toEqual(['nonce', 'at_hash', 'c_hash', 's_hash', 'events']);
  }
});
