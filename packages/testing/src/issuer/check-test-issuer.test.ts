import { ConfigurationError, Secret } from '@countersign/core';
import { expect, test } from 'vitest';
import { checkTestIssuer } from './check-test-issuer.ts';
import type { TestIssuerOptions } from './issuer-options.ts';

const client = { clientId: 'orders', clientSecret: new Secret('s'.repeat(16)), scopes: ['inventory:read'] };
const resource = { audience: 'https://inventory.test', scopes: ['inventory:read'] };
const good = { clients: [client], resources: [resource] };

/** The faults of these options, as `code option`. */
function faultsOf(options: unknown): readonly string[] {
  try {
    checkTestIssuer(options as TestIssuerOptions);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ code, option }) => `${code} ${option}`);
  }
}

const { clientSecret: _secret, ...unproven } = client;
const { scopes: _scopes, ...unscoped } = client;

const rule = { actor: 'orders', audience: resource.audience, scopes: ['inventory:read'] };

test.each<[string, unknown]>([
  ['a client with a secret', good],
  ['a client with a key', { ...good, clients: [{ ...unproven, publicJwk: { kty: 'EC', alg: 'ES256' } }] }],
  ['a client that only asks about tokens', { ...good, clients: [{ ...client, scopes: [], introspects: ['a'] }] }],
  ['a client with a name in its certificate', { ...good, clients: [{ ...unproven, certificateName: { uri: 'a:b' } }] }],
  [
    'a client with JWT-SVIDs',
    { ...good, clients: [{ ...unproven, spiffeId: 'spiffe://a/b' }], jwtSvids: { bundle: { keys: [] } } },
  ],
  ['a rule of exchange', { ...good, exchange: [rule] }],
  ['a rule for some, that widens', { ...good, exchange: [{ ...rule, for: ['alice'], widen: ['admin'] }] }],
  ['a rule with scopes within others', { ...good, exchange: [{ ...rule, within: { a: ['b'] } }] }],
  ['a clock and a life', { ...good, clock: { now: () => 0 }, tokenLifetimeSeconds: 60 }],
  ['opaque tokens', { ...good, resources: [{ ...resource, tokenFormat: 'opaque' }], algorithm: 'EdDSA' }],
])('%s is no fault', (_case, options) => {
  expect(faultsOf(options)).toEqual([]);
});

test.each<[string, unknown, readonly string[]]>([
  ['no options', undefined, ['CONFIG_MISSING clients', 'CONFIG_MISSING resources']],
  ['a misspelt option', { ...good, ports: 1 }, ['CONFIG_UNKNOWN_OPTION ports']],
  [
    'a misspelt option of a client',
    { ...good, clients: [client, { ...client, certificatebound: true }] },
    ['CONFIG_UNKNOWN_OPTION clients[1].certificatebound'],
  ],
  [
    'a misspelt option of a resource',
    { ...good, resources: [{ ...resource, format: 'jwt' }] },
    ['CONFIG_UNKNOWN_OPTION resources[0].format'],
  ],
  [
    'a secret as text',
    { ...good, clients: [{ ...client, clientSecret: 'text' }] },
    ['CONFIG_INVALID clients[0].clientSecret'],
  ],
  [
    'a client with two proofs',
    { ...good, clients: [{ ...client, certificateName: { dns: 'a' } }] },
    ['CONFIG_CONFLICT clients[0]'],
  ],
  [
    'a name of two kinds',
    { ...good, clients: [{ ...unproven, certificateName: { dns: 'a', uri: 'a:b' } }] },
    ['CONFIG_INVALID clients[0].certificateName'],
  ],
  [
    'a name as text',
    { ...good, clients: [{ ...unproven, certificateName: 'a' }] },
    ['CONFIG_INVALID clients[0].certificateName'],
  ],
  [
    'a certificate that is none',
    { ...good, clients: [{ ...unproven, certificatePem: 'PEM' }] },
    ['CONFIG_INVALID clients[0].certificatePem'],
  ],
  [
    'a client with JWT-SVIDs that nobody signs',
    { ...good, clients: [{ ...unproven, spiffeId: 'spiffe://a/b' }] },
    ['CONFIG_MISSING jwtSvids'],
  ],
  ['JWT-SVIDs without keys', { ...good, jwtSvids: { bundle: {} } }, ['CONFIG_INVALID jwtSvids']],
  [
    'a name that is no SPIFFE ID',
    { ...good, clients: [{ ...unproven, spiffeId: 'orders' }], jwtSvids: { bundle: { keys: [] } } },
    ['CONFIG_INVALID clients[0].spiffeId'],
  ],
  ['rules that are no list', { ...good, exchange: rule }, ['CONFIG_INVALID exchange']],
  ['a rule that is a text', { ...good, exchange: ['orders'] }, ['CONFIG_INVALID exchange[0]']],
  [
    'a rule about nobody, towards nowhere',
    { ...good, exchange: [{ ...rule, actor: 'x', audience: 'y' }] },
    ['CONFIG_INVALID exchange[0].actor', 'CONFIG_INVALID exchange[0].audience'],
  ],
  ['a misspelt rule', { ...good, exchange: [{ ...rule, scope: 'a' }] }, ['CONFIG_UNKNOWN_OPTION exchange[0].scope']],
  [
    'a rule with texts for lists',
    { ...good, exchange: [{ ...rule, scopes: 'a', for: 'b', widen: 'c', within: { d: 'e' } }] },
    [
      'CONFIG_INVALID exchange[0].within',
      'CONFIG_INVALID exchange[0].scopes',
      'CONFIG_INVALID exchange[0].for',
      'CONFIG_INVALID exchange[0].widen',
    ],
  ],
  ['a life of nothing', { ...good, tokenLifetimeSeconds: 0 }, ['CONFIG_INVALID tokenLifetimeSeconds']],
  ['a clock that is a number', { ...good, clock: 1 }, ['CONFIG_INVALID clock']],
  ['a client without a proof', { ...good, clients: [unproven] }, ['CONFIG_MISSING clients[0]']],
  ['a key as text', { ...good, clients: [{ ...unproven, publicJwk: '{}' }] }, ['CONFIG_INVALID clients[0].publicJwk']],
  ['no name', { ...good, clients: [{ ...client, clientId: '' }] }, ['CONFIG_MISSING clients[0].clientId']],
  ['no scopes', { ...good, clients: [unscoped] }, ['CONFIG_INVALID clients[0].scopes']],
  ['scopes as text', { ...good, resources: [{ ...resource, scopes: 'a b' }] }, ['CONFIG_INVALID resources[0].scopes']],
  ['no audience', { ...good, resources: [{ scopes: [] }] }, ['CONFIG_MISSING resources[0].audience']],
  [
    'an unknown format',
    { ...good, resources: [{ ...resource, tokenFormat: 'JWT' }] },
    ['CONFIG_INVALID resources[0].tokenFormat'],
  ],
  ['a client that is a text', { ...good, clients: ['orders'] }, ['CONFIG_INVALID clients[0]']],
  ['an unknown algorithm', { ...good, algorithm: 'HS256' }, ['CONFIG_INVALID algorithm']],
  [
    'several at once',
    { clients: [{ ...client, clientSecret: 'text', scope: 'a' }], resources: [] },
    ['CONFIG_UNKNOWN_OPTION clients[0].scope', 'CONFIG_INVALID clients[0].clientSecret', 'CONFIG_MISSING resources'],
  ],
])('%s: every fault is named', (_case, options, faults) => {
  expect(faultsOf(options)).toEqual(faults);
});

test('a secret that was given as text is not shown', () => {
  const options = { ...good, clients: [{ ...client, clientSecret: 'canary-text' }] };
  expect(() => checkTestIssuer(options as unknown as TestIssuerOptions)).not.toThrow('canary-text');
});
