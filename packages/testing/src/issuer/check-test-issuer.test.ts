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

test.each<[string, unknown]>([
  ['a client with a secret', good],
  ['a client with a key', { ...good, clients: [{ ...unproven, publicJwk: { kty: 'EC', alg: 'ES256' } }] }],
  ['a client that only asks about tokens', { ...good, clients: [{ ...client, scopes: [], introspects: ['a'] }] }],
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
