/** `accessToken` with an issuer source: its options, and the identities that come of it. */
import { expect, test } from 'vitest';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { issuer, runtimeWith, tokenWith } from '../token/token.test-kit.ts';
import { accessToken } from './access-token.ts';
import type { AccessTokenOptions } from './access-token-options.ts';

const { jwk } = signingKey('ES256');
const record = { issuer, jwks: { keys: [jwk] } };
const find = (name: string) => (name === issuer ? record : undefined);
const credential = (token: string) => ({ kind: 'bearer-token', token: new Secret(token) }) as const;

function faultsOf(options: unknown): readonly string[] {
  try {
    accessToken(options as AccessTokenOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map((fault) => fault.option);
    throw error;
  }
  return [];
}

test('a token of an issuer that the source knows becomes an identity, one of another issuer is refused', async () => {
  const bound = accessToken({ issuers: { find } }).bind(runtimeWith());
  await bound.ready?.();
  expect(await bound.authenticate(credential(tokenWith()), factsWith())).toMatchObject({
    ok: true,
    value: { workload: `oauth:${issuer}#orders`, evidence: { issuer, profile: 'at+jwt' } },
  });
  for (const iss of [`${issuer}/`, 'https://other.test', '__proto__']) {
    expect(await bound.authenticate(credential(tokenWith({ iss })), factsWith())).toMatchObject({
      ok: false,
      reason: 'TOKEN_ISSUER_UNKNOWN',
    });
  }
  await bound.close?.();
});

test('a source may be an object with a class and a state of its own', async () => {
  class Tenants {
    readonly #records = new Map([[issuer, record]]);
    find(name: string) {
      return this.#records.get(name);
    }
  }
  const bound = accessToken({ issuers: new Tenants() }).bind(runtimeWith());
  expect(await bound.authenticate(credential(tokenWith()), factsWith())).toMatchObject({ ok: true });
});

test.each<[string, unknown]>([
  ['alone', { issuers: { find } }],
  ['with limits', { issuers: { find }, issuerCache: { maximumIssuers: 1, knownSeconds: 1, unknownSeconds: 3_600 } }],
  ['with empty limits', { issuers: { find }, issuerCache: {} }],
])('accepted: a source %s', (_case, options) => {
  expect(faultsOf(options)).toEqual([]);
});

test.each<[string, unknown, readonly string[]]>([
  ['a source that finds nothing', { issuers: {} }, ['issuers']],
  ['a source that is a function', { issuers: find }, ['issuers']],
  ['a source whose find is no function', { issuers: { find: 'x' } }, ['issuers']],
  ['null', { issuers: null }, ['issuers']],
  ['limits of a list', { issuers: [record], issuerCache: {} }, ['issuerCache']],
  ['limits of one issuer', { ...record, issuerCache: {} }, ['issuerCache']],
  ['an option of an issuer beside a source', { issuers: { find }, audience: 'x' }, ['audience']],
  ['limits that are null', { issuers: { find }, issuerCache: null }, ['issuerCache']],
  ['no issuers at all', { issuers: { find }, issuerCache: { maximumIssuers: 0 } }, ['issuerCache.maximumIssuers']],
  ['endless issuers', { issuers: { find }, issuerCache: { maximumIssuers: Infinity } }, ['issuerCache.maximumIssuers']],
  ['endless trust', { issuers: { find }, issuerCache: { knownSeconds: Infinity } }, ['issuerCache.knownSeconds']],
  ['no trust', { issuers: { find }, issuerCache: { knownSeconds: Number.NaN } }, ['issuerCache.knownSeconds']],
  [
    'a pause that is a text',
    { issuers: { find }, issuerCache: { unknownSeconds: '10' } },
    ['issuerCache.unknownSeconds'],
  ],
  ['a limit nobody knows', { issuers: { find }, issuerCache: { size: 1 } }, ['issuerCache.size']],
])('refused: %s', (_case, options, expected) => {
  expect(faultsOf(options)).toEqual(expected);
});
