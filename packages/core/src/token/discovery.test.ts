import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { LocatedKeys } from '../signature/locate-keys.ts';
import { loopbackServer, serves } from '../runtime/loopback-server.test-kit.ts';
import { locateKeys, metadataUrl } from './discovery.ts';
import type { IssuerOptions } from './issuer.ts';
import { issuer, now, recordWith } from './token.test-kit.ts';

test.each([
  ['https://issuer.test', 'openid', 'https://issuer.test/.well-known/openid-configuration'],
  ['https://issuer.test/', 'openid', 'https://issuer.test/.well-known/openid-configuration'],
  ['https://issuer.test/realms/x', 'openid', 'https://issuer.test/realms/x/.well-known/openid-configuration'],
  ['https://issuer.test/realms/x/', 'openid', 'https://issuer.test/realms/x/.well-known/openid-configuration'],
  ['https://issuer.test', 'oauth', 'https://issuer.test/.well-known/oauth-authorization-server'],
  ['https://issuer.test/', 'oauth', 'https://issuer.test/.well-known/oauth-authorization-server'],
  ['https://issuer.test:8443/x', 'oauth', 'https://issuer.test:8443/.well-known/oauth-authorization-server/x'],
] as const)('the metadata of %s (%s) is at %s', (name, discovery, url) => {
  expect(metadataUrl({ issuer: name, discovery })).toBe(url);
});

const waiver = { reason: 'a local issuer', owner: 'platform', expires: '2999-01-01' };
const clock = { now: () => now * 1000, monotonic: () => 0 };
const { signal } = new AbortController();

function locate(document: unknown, options: Partial<IssuerOptions> = {}): Promise<LocatedKeys> {
  const fetch = async (): Promise<Response> => Response.json(document);
  return locateKeys(recordWith({ ...options, jwks: undefined as never }), { clock, fetch }, signal);
}

const keysElsewhere = { jwksOrigins: ['https://keys.test'] as const };

test.each<[string, object, Partial<IssuerOptions>, string]>([
  ['of its own origin', { issuer, jwks_uri: `${issuer}/jwks` }, {}, `${issuer}/jwks`],
  ['of a listed origin', { issuer, jwks_uri: 'https://keys.test/x?y=z' }, keysElsewhere, 'https://keys.test/x?y=z'],
  ['given by hand', {}, { jwksUri: 'https://keys.test/jwks' }, 'https://keys.test/jwks'],
])('keys are found %s', async (_case, document, options, url) => {
  expect(await locate(document, options)).toEqual({ ok: true, url });
});

test.each<[string, object, Partial<IssuerOptions>?]>([
  ['no issuer', { jwks_uri: `${issuer}/jwks` }],
  ['another issuer', { issuer: 'https://other.test', jwks_uri: `${issuer}/jwks` }],
  ['the issuer with a slash', { issuer: `${issuer}/`, jwks_uri: `${issuer}/jwks` }],
  ['the issuer in other case', { issuer: issuer.toUpperCase(), jwks_uri: `${issuer}/jwks` }],
  ['the issuer in a list', { issuer: [issuer], jwks_uri: `${issuer}/jwks` }],
  ['no jwks_uri', { issuer }],
  ['a jwks_uri that is no URL', { issuer, jwks_uri: '/jwks' }],
  ['a jwks_uri that is a list', { issuer, jwks_uri: [`${issuer}/jwks`] }],
  ['a foreign origin', { issuer, jwks_uri: 'https://keys.test/jwks' }],
  ['another port', { issuer, jwks_uri: `${issuer}:8443/jwks` }],
  ['a longer host', { issuer, jwks_uri: `${issuer}.evil/jwks` }],
  ['the host as user name', { issuer, jwks_uri: 'https://issuer.test@evil.test/jwks' }],
  ['an origin that is not the listed one', { issuer, jwks_uri: 'https://keys.test.evil/' }, keysElsewhere],
  ['plain http', { issuer, jwks_uri: 'http://issuer.test/jwks' }],
  [
    'plain http though http is allowed for the issuer',
    { issuer, jwks_uri: 'http://evil.test/' },
    { allowHttp: waiver },
  ],
  ['a blob, whose origin is that of the issuer', { issuer, jwks_uri: `blob:${issuer}/x` }],
  ['a file', { issuer, jwks_uri: 'file:///etc/jwks' }],
  ['a data URL', { issuer, jwks_uri: 'data:application/json,{"keys":[]}' }],
])('metadata with %s is a mistake of configuration', async (_case, document, options) => {
  const located = await locate(document, options);
  if (located.ok) throw new Error('accepted');
  expect(located.mistake).toBeInstanceOf(ConfigurationError);
  expect(located.mistake?.faults[0]).toMatchObject({ code: 'CONFIG_DISCOVERY_REFUSED', problem: located.problem });
  expect(located.problem).not.toMatch(/evil|\.test/);
});

test('metadata of another issuer are to be compared at their address', async () => {
  const located = await locate({ issuer: `${issuer}/`, jwks_uri: `${issuer}/jwks` });
  if (located.ok) throw new Error('accepted');
  expect(located.mistake?.faults[0]?.fix).toContain(`${issuer}/.well-known/openid-configuration`);
});

test('a document that cannot be had is a problem, but no mistake', async () => {
  const record = recordWith({ jwks: undefined as never });
  const down = await locateKeys(record, { clock, fetch: () => Promise.reject(new Error('x')) }, signal);
  expect(down).toEqual({ ok: false, problem: 'metadata: the connection failed' });
  expect(await locate([])).toEqual({ ok: false, problem: 'the metadata is not an object' });
});

test('plain http works against a real issuer until the waiver ends, and the address is valid no longer', async () => {
  let origin = '';
  const server = await loopbackServer((request, response) =>
    serves(JSON.stringify({ issuer: origin, jwks_uri: `${origin}/jwks` }))(request, response),
  );
  origin = server.origin;
  const record = recordWith({
    issuer: origin,
    jwks: undefined as never,
    allowHttp: { ...waiver, expires: '2026-11-30' },
  });
  const end = Date.parse('2026-12-01T00:00:00Z');
  const at = (instant: number) => locateKeys(record, { clock: { ...clock, now: () => instant }, fetch }, signal);
  expect(await at(end - 1)).toEqual({ ok: true, url: `${origin}/jwks`, until: end });
  expect(await at(end)).toEqual({ ok: false, problem: 'the waiver for plain http has ended' });
  expect(server.requests).toEqual(['/.well-known/openid-configuration']);
});
