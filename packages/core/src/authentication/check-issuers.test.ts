/** Options that all issuers share, misspelt: refused like those of any other object, with what was probably meant. */
import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { issuer } from '../token/token.test-kit.ts';
import type { AccessTokenOptions } from './access-token-options.ts';
import { accessToken } from './access-token.ts';

test.each<[string, object, readonly string[]]>([
  ['a misspelt option that issuers share', { issuer, dpopp: {} }, ['dpopp']],
  [
    'several of them, beside one of the issuer',
    { issuer, cahce: false, revokation: {}, jwk: {} },
    ['cahce', 'revokation', 'jwk'],
  ],
  ['one of them beside issuers', { issuers: [{ issuer }], cahce: false }, ['cahce']],
  ['one that is like none of them', { issuer, speed: 3 }, ['speed']],
])('a start-up error: %s', (_case, options, expected) => {
  let refusal: unknown;
  try {
    accessToken(options as AccessTokenOptions);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(ConfigurationError);
  expect((refusal as ConfigurationError).faults.map(({ option }) => option)).toEqual(expected);
});

test.each([
  ['dpopp', 'dpop'],
  ['cahce', 'cache'],
  ['Revocation', 'revocation'],
  ['allowRevocationStoreOutages', 'allowRevocationStoreOutage'],
])('the fix of the misspelt option %s names %s, with one issuer and with several', (name, meant) => {
  for (const options of [{ issuer }, { issuers: [{ issuer }] }]) {
    const given = { ...options, [name]: undefined } as unknown as AccessTokenOptions;
    expect(() => accessToken(given)).toThrow(`write ${meant}, if that is meant`);
  }
});

test.each<[string, object, string]>([
  ['one text', { issuers: issuer }, 'issuers: is neither a list nor a source'],
  ['a source whose find is no function', { issuers: { find: issuer } }, 'issuers: is neither a list nor a source'],
  ['an empty list', { issuers: [] }, 'issuers: is empty'],
  ['an option of one issuer beside them', { issuers: [{ issuer }], algorithms: ['ES256'] }, 'move it into the records'],
  ['an issuer beside them', { issuers: [{ issuer }], issuer }, 'move it into the records'],
  ['an option of nobody beside them', { issuers: [{ issuer }], speed: 3 }, 'remove it'],
])('what is wrong with issuers is said: %s', (_case, options, said) => {
  expect(() => accessToken(options as AccessTokenOptions)).toThrow(said);
});
