import { expect, test } from 'vitest';
import { certificateIdentity, startOfTest, tokenIdentity } from '../enforcement/pipeline.test-kit.ts';
import { combineIdentities } from './combine-identities.ts';

const aliases = new Map([['oauth:https://issuer.test#orders', 'spiffe://prod.test/orders']]);

test('a certificate and a token of one workload make one caller with the best of both', () => {
  const caller = combineIdentities([certificateIdentity(), tokenIdentity()], aliases);
  expect(caller).toMatchObject({
    ok: true,
    value: {
      id: 'spiffe://prod.test/orders',
      trustDomain: 'prod.test',
      assurance: 'high',
      expiresAt: startOfTest + 290_000,
      scopes: new Set(['inventory:read']),
    },
  });
  expect(caller.ok && caller.value.evidence.map((one) => one.kind)).toEqual(['client-certificate', 'access-token']);
});

test.each([
  ['no alias joins the two ids', certificateIdentity(), tokenIdentity(), new Map<string, string>(), 'workload'],
  [
    'the token belongs to another client',
    certificateIdentity(),
    tokenIdentity({ workload: 'oauth:https://issuer.test#web' }),
    aliases,
    'workload',
  ],
  [
    'another issuer uses the same client id',
    certificateIdentity(),
    tokenIdentity({ workload: 'oauth:https://other.test#orders' }),
    aliases,
    'workload',
  ],
  [
    'another workload holds the certificate',
    certificateIdentity({ workload: 'spiffe://prod.test/web' }),
    tokenIdentity(),
    aliases,
    'workload',
  ],
  [
    'two subjects',
    tokenIdentity({ subject: { issuer: 'i', id: 'a' } }),
    tokenIdentity({ subject: { issuer: 'i', id: 'b' } }),
    aliases,
    'subject',
  ],
  [
    'one tenant name of two issuers',
    tokenIdentity({ tenant: 'a' }),
    tokenIdentity({ tenant: 'a', trustDomain: 'https://other.test' }),
    aliases,
    'tenant',
  ],
  ['two tenants', tokenIdentity({ tenant: 'a' }), tokenIdentity({ tenant: 'b' }), aliases, 'tenant'],
])('a conflict: %s', (_case, first, second, table, check) => {
  expect(combineIdentities([first, second], table)).toMatchObject({
    ok: false,
    reason: 'IDENTITY_CONFLICT',
    detail: { check },
  });
});

test('a tenant comes with who vouches for it, also where a certificate proves more', () => {
  const caller = combineIdentities([certificateIdentity(), tokenIdentity({ tenant: 'acme' })], aliases);
  expect(caller).toMatchObject({
    ok: true,
    value: { tenant: 'acme', tenantIssuer: 'https://issuer.test', trustDomain: 'prod.test' },
  });
});

test('the caller is frozen', () => {
  const caller = combineIdentities([tokenIdentity()], aliases);
  if (!caller.ok) throw new Error('broken test');
  expect(Object.isFrozen(caller.value)).toBe(true);
  expect(Object.isFrozen(caller.value.evidence)).toBe(true);
});

test.each([
  ['a certificate, without scopes', [certificateIdentity()]],
  ['a certificate and a token without scopes', [certificateIdentity(), tokenIdentity({ scopes: new Set() })]],
  ['two that carry scopes', [tokenIdentity(), tokenIdentity({ scopes: new Set(['inventory:write']) })]],
] as const)('the scopes of a caller cannot be widened by a handler: %s', (_case, identities) => {
  const caller = combineIdentities(identities as never, aliases);
  if (!caller.ok) throw new Error(caller.reason);
  const before = [...caller.value.scopes];
  expect(() => (caller.value.scopes as Set<string>).add('admin')).toThrow(TypeError);
  expect([...caller.value.scopes]).toEqual(before);
});
