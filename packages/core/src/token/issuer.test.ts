import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { ConfigurationError, FaultCollector, type ConfigurationFault } from '../errors/configuration-error.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { checkIssuer, type IssuerOptions, type IssuerRecord } from './issuer.ts';
import { issuer } from './token.test-kit.ts';

const jwk = signingKey('ES256').jwk;
const rsa = signingKey('RS256');
const waiver = { reason: 'a local issuer', owner: 'platform', expires: '2999-01-01' };

function check(options: unknown, prefix = ''): { record: IssuerRecord; faults: readonly ConfigurationFault[] } {
  const collector = new FaultCollector('accessToken');
  const record = checkIssuer(options as IssuerOptions, collector, prefix);
  try {
    collector.throwIfAny();
  } catch (error) {
    if (error instanceof ConfigurationError) return { record, faults: error.faults };
    throw error;
  }
  return { record, faults: [] };
}

test('an issuer alone is enough; the rest has strict defaults', () => {
  const { record, faults } = check({ issuer });
  expect(faults).toEqual([]);
  expect(record).toMatchObject({
    issuer,
    keySet: undefined,
    jwksUri: undefined,
    discovery: 'openid',
    jwksOrigins: [],
    audience: undefined,
    multipleAudiences: false,
    algorithms: new Set(['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA']),
    maxLifetimeSeconds: 900,
    clockToleranceSeconds: 30,
    callerClaim: 'client_id',
    otherCallerClaims: [],
    tenantClaim: undefined,
    rolesClaim: 'roles',
    allowHttp: undefined,
  });
});

test.each<[string, object]>([
  ['a path and a slash', { issuer: 'https://issuer.test/realms/x/' }],
  ['a port', { issuer: 'https://issuer.test:8443' }],
  ['keys', { jwks: { keys: [jwk] } }],
  ['an address of keys', { jwksUri: 'https://keys.test/jwks?tenant=a' }],
  ['other origins', { jwksOrigins: ['https://keys.test', 'https://keys.test:8443'] }],
  [
    'plain http with a waiver',
    { issuer: 'http://127.0.0.1:8080', jwksUri: 'http://localhost/jwks', allowHttp: waiver },
  ],
  ['one audience', { audience: 'urn:a' }],
  ['audiences', { audience: ['urn:a', 'urn:b'], multipleAudiences: true }],
  ['one algorithm', { algorithms: ['ES512'] }],
  ['the ends of the ranges', { clockToleranceSeconds: 0, maxLifetimeSeconds: 31_536_000 }],
  ['the other ends', { clockToleranceSeconds: 300, maxLifetimeSeconds: 1 }],
  ['claims', { callerClaim: 'azp', tenantClaim: 'tid', rolesClaim: 'groups' }],
  ['the metadata of RFC 8414', { discovery: 'oauth' }],
])('accepted: %s', (_case, options) => {
  expect(check({ issuer, ...options }).faults).toEqual([]);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a number', 5],
  ['a list', [issuer]],
  ['no URL', 'issuer.test'],
  ['an empty text', ''],
  ['plain http without waiver', 'http://issuer.test'],
  ['another scheme', 'ftp://issuer.test'],
  ['a script', 'javascript:alert(1)'],
  ['a scheme without slashes', 'https:issuer.test'],
  ['one slash', 'https:/issuer.test'],
  ['backslashes', 'https:\\\\issuer.test'],
  ['a backslash in the path', 'https://issuer.test\\x'],
  ['a space before', ` ${issuer}`],
  ['a line feed behind', `${issuer}\n`],
  ['a tab inside', 'https://issuer\t.test'],
  ['a letter outside ASCII', 'https://іssuer.test'],
  ['a user name', 'https://user@issuer.test'],
  ['a password', 'https://user:password@issuer.test'],
  ['a fragment', `${issuer}/#x`],
  ['an empty fragment', `${issuer}/#`],
  ['a query', `${issuer}/?x`],
  ['an empty query', `${issuer}/?`],
])('refused as issuer: %s', (_case, text) => {
  const { faults } = check({ issuer: text });
  expect(faults).toMatchObject([{ code: 'CONFIG_INVALID', option: 'issuer' }]);
  expect(faults[0]?.problem).not.toContain('password@');
});

const spki = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' }).toString();
const jwksText = JSON.stringify({ keys: [rsa.jwk] });

test.each<[string, unknown]>([
  ['null', null],
  ['a PEM', spki],
  ['a PEM behind a space', ` ${spki}`],
  ['a PEM behind a byte order mark', `\ufeff${spki}`],
  ['a PEM behind a zero-width space', `\u200b${spki}`],
  ['a PEM behind a comment', `# key\n${spki}`],
  ['a PEM in another wrapper', spki.replaceAll('PUBLIC KEY', 'PGP PUBLIC KEY BLOCK')],
  ['a JWKS as text', jwksText],
  ['a JWK as text', JSON.stringify(rsa.jwk)],
  ['a JWK without list', rsa.jwk],
  ['a list of JWK', [rsa.jwk]],
  ['a secret', 'correct horse battery staple'],
  ['an empty secret', ''],
  ['bytes of a secret', Buffer.from('correct horse battery staple')],
  ['no bytes', Buffer.alloc(0)],
  ['an empty document', {}],
  ['keys: null', { keys: null }],
  ['no keys', { keys: [] }],
  ['a PEM as key', { keys: [spki] }],
  ['a JWK as text as key', { keys: [JSON.stringify(jwk)] }],
  ['an empty text as key', { keys: [''] }],
  ['null as key', { keys: [null] }],
  ['a symmetric key', { keys: [{ kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }] }],
  ['an empty symmetric key', { keys: [{ kty: 'oct', k: '' }] }],
  ['a good key beside a symmetric one', { keys: [jwk, { kty: 'oct', k: 'c2VjcmV0' }] }],
  ['a private key', { keys: [rsa.privateKey.export({ format: 'jwk' })] }],
  ['a key for encryption', { keys: [{ ...rsa.jwk, use: 'enc' }] }],
  ['more keys than the limit', { keys: Array(101).fill(jwk) }],
])('refused as keys: %s', (_case, jwks) => {
  const { faults } = check({ issuer, jwks });
  expect(faults.length).toBeGreaterThan(0);
  for (const fault of faults) {
    expect(fault.code).toBe('CONFIG_KEY_REFUSED');
    expect(fault.option).toMatch(/^jwks/);
    expect(JSON.stringify(fault)).not.toMatch(/battery|c2VjcmV0|BEGIN/);
  }
});

test.each<[string, object, string]>([
  ['a secret', { secret: '' }, 'secret'],
  ['a key', { key: null }, 'key'],
  ['a misspelt option', { algorithm: ['RS256'] }, 'algorithm'],
  ['no algorithms', { algorithms: [] }, 'algorithms'],
  ['an algorithm that is a text', { algorithms: 'RS256' }, 'algorithms'],
  ['none', { algorithms: ['RS256', 'none'] }, 'algorithms'],
  ['HS256', { algorithms: ['HS256'] }, 'algorithms'],
  ['an algorithm in other case', { algorithms: ['rs256'] }, 'algorithms'],
  ['algorithms: null', { algorithms: null }, 'algorithms'],
  ['keys at two places', { jwks: { keys: [jwk] }, jwksUri: 'https://keys.test/' }, 'jwks'],
  ['plain http for keys', { jwksUri: 'http://keys.test/jwks' }, 'jwksUri'],
  ['a file of keys', { jwksUri: 'file:///etc/jwks' }, 'jwksUri'],
  ['no URL of keys', { jwksUri: 5 }, 'jwksUri'],
  ['an origin that is a text', { jwksOrigins: 'https://keys.test' }, 'jwksOrigins'],
  ['an origin that is a number', { jwksOrigins: 5 }, 'jwksOrigins'],
  ['origins: null', { jwksOrigins: null }, 'jwksOrigins'],
  ['an origin with a path', { jwksOrigins: ['https://keys.test/'] }, 'jwksOrigins'],
  ['an origin on plain http', { jwksOrigins: ['http://keys.test'] }, 'jwksOrigins'],
  ['every origin', { jwksOrigins: ['*'] }, 'jwksOrigins'],
  ['no audience', { audience: [] }, 'audience'],
  ['an empty audience', { audience: '' }, 'audience'],
  ['an audience of spaces', { audience: ['urn:a', ' '] }, 'audience'],
  ['an audience that is a pattern', { audience: /x/ }, 'audience'],
  ['audience: null', { audience: null }, 'audience'],
  ['multipleAudiences that is a text', { multipleAudiences: 'yes' }, 'multipleAudiences'],
  ['tolerance NaN', { clockToleranceSeconds: Number.NaN }, 'clockToleranceSeconds'],
  ['tolerance Infinity', { clockToleranceSeconds: Number.POSITIVE_INFINITY }, 'clockToleranceSeconds'],
  ['a negative tolerance', { clockToleranceSeconds: -1 }, 'clockToleranceSeconds'],
  ['a tolerance of 301', { clockToleranceSeconds: 301 }, 'clockToleranceSeconds'],
  ['a tolerance that is a text', { clockToleranceSeconds: '30' }, 'clockToleranceSeconds'],
  ['a life of nothing', { maxLifetimeSeconds: 0 }, 'maxLifetimeSeconds'],
  ['a life without end', { maxLifetimeSeconds: Number.POSITIVE_INFINITY }, 'maxLifetimeSeconds'],
  ['a life NaN', { maxLifetimeSeconds: Number.NaN }, 'maxLifetimeSeconds'],
  ['an empty claim name', { callerClaim: '' }, 'callerClaim'],
  ['a claim name that is a pattern', { tenantClaim: /x/ }, 'tenantClaim'],
  ['a claim name that is null', { rolesClaim: null }, 'rolesClaim'],
  ['another discovery', { discovery: 'auto' }, 'discovery'],
])('refused: %s', (_case, options, option) => {
  const { faults } = check({ issuer, ...options });
  expect(faults.map((fault) => fault.option)).toEqual([option]);
  expect(faults[0]?.fix).not.toBe('');
});

test.each<[string, unknown, string]>([
  ['one as a text', 'ES256', 'are not a list'],
  ['none', [], 'are empty'],
  ['one that nobody accepts', ['ES256', 'HS256'], 'name an algorithm that is not accepted'],
])('what is wrong with algorithms is said: %s', (_case, algorithms, problem) => {
  expect(check({ issuer, algorithms }).faults).toMatchObject([{ problem }]);
});

test('all faults of an object come at once, with its place', () => {
  const { faults } = check(
    { issuer: 'x', jwksUri: 'y', algorithms: ['none'], audience: '', clockToleranceSeconds: -1, secret: 's' },
    'issuers[1].',
  );
  expect(faults.map(({ option }) => option).sort()).toEqual([
    'issuers[1].algorithms',
    'issuers[1].audience',
    'issuers[1].clockToleranceSeconds',
    'issuers[1].issuer',
    'issuers[1].jwksUri',
    'issuers[1].secret',
  ]);
});

test('what is no object is a fault, not an exception', () => {
  for (const given of [undefined, null, 'https://issuer.test', 5, [], () => {}]) {
    expect(check(given).faults).toContainEqual(expect.objectContaining({ option: 'issuer' }));
  }
});

test('options that change afterwards change nothing', () => {
  const given = {
    issuer,
    jwks: { keys: [{ ...jwk }] },
    audience: ['urn:a'],
    algorithms: ['ES256'],
    jwksOrigins: ['https://keys.test'],
    allowHttp: { ...waiver },
  };
  const { record } = check(given);
  given.audience.push('urn:b');
  given.algorithms.push('RS256');
  given.jwksOrigins.push('https://evil.test');
  given.allowHttp.expires = '9999-12-31';
  given.jwks.keys.push({ ...rsa.jwk });
  given.issuer = 'https://evil.test';
  expect(record).toMatchObject({ issuer, audience: ['urn:a'], jwksOrigins: ['https://keys.test'], allowHttp: waiver });
  expect([...record.algorithms]).toEqual(['ES256']);
  expect(record.keySet?.size).toBe(1);
  for (const frozen of [record, record.audience, record.jwksOrigins, record.allowHttp]) {
    expect(Object.isFrozen(frozen)).toBe(true);
  }
});

test('what somebody put on Object.prototype is no option', () => {
  const polluted = Object.prototype as { multipleAudiences?: unknown };
  polluted.multipleAudiences = true;
  try {
    expect(check({ issuer }).record.multipleAudiences).toBe(false);
  } finally {
    delete polluted.multipleAudiences;
  }
});
