import { ConfigurationError, Secret } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { orders } from '../client.test-kit.ts';
import { entraOnBehalfOf, keycloakExchange, tokenExchange, type OnBehalfOfSource } from '../index.ts';

const issuer = 'https://issuer.test';
const options = { issuer, clientAuthentication: orders(), scope: 'payments:charge' };
const own = { bind: () => ({ credential: () => Promise.reject(new Error('unused')) }) };

function faultsOf(make: () => OnBehalfOfSource): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ option, code }) => `${option} ${code}`);
    throw error;
  }
  return [];
}

describe('tokenExchange', () => {
  it.each<[string, object]>([
    ['the least', {}],
    ['limits', { within: { 'payments:charge': ['checkout'] } }],
    ['other issuers of subjects', { subjectIssuers: ['https://login.test'] }],
    ['an actor', { actor: { credentials: own, tokenType: 'jwt', audience: 'issuer' } }],
  ])('takes %s', (_, changes) => {
    expect(faultsOf(() => tokenExchange({ ...options, ...changes }))).toEqual([]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, ['options CONFIG_MISSING']],
    ['no scope', { ...options, scope: undefined }, ['scope CONFIG_MISSING']],
    ['no issuer, which is one fault', { ...options, issuer: undefined }, ['issuer CONFIG_INVALID']],
    ['an empty scope', { ...options, scope: '' }, ['scope CONFIG_INVALID']],
    ['a list of scopes', { ...options, scope: ['a'] }, ['scope CONFIG_INVALID']],
    ['a misspelt option', { ...options, scopes: 'a' }, ['scopes CONFIG_UNKNOWN_OPTION']],
    ['a limit of another scope', { ...options, within: { other: ['a'] } }, ['within["other"] CONFIG_CONFLICT']],
    ['no issuer of subjects', { ...options, subjectIssuers: [] }, ['subjectIssuers CONFIG_INVALID']],
    ['a text as issuers', { ...options, subjectIssuers: issuer }, ['subjectIssuers CONFIG_INVALID']],
    ['an actor without a name', { ...options, actorId: '' }, ['actorId CONFIG_INVALID']],
    ['a SAML token', { ...options, subjectTokenType: 'saml2' }, ['subjectTokenType CONFIG_INVALID']],
    ['a refresh token', { ...options, requestedTokenType: 'refresh_token' }, ['requestedTokenType CONFIG_INVALID']],
    ['the word self', { ...options, actor: 'self' }, ['actor.credentials CONFIG_INVALID']],
    ['a token as actor', { ...options, actor: { credentials: new Secret('x') } }, ['actor.credentials CONFIG_INVALID']],
    ['a function as actor', { ...options, actor: { credentials: () => own } }, ['actor.credentials CONFIG_INVALID']],
    [
      'an actor of another type',
      { ...options, actor: { credentials: own, tokenType: 'id' } },
      ['actor.tokenType CONFIG_INVALID'],
    ],
    [
      'an actor for nobody',
      { ...options, actor: { credentials: own, audience: '' } },
      ['actor.audience CONFIG_INVALID'],
    ],
    [
      'a misspelt member of the actor',
      { ...options, actor: { credentials: own, type: 'jwt' } },
      ['actor.type CONFIG_UNKNOWN_OPTION'],
    ],
    [
      'several faults',
      { issuer: 'x', scope: 1, within: [] },
      ['issuer CONFIG_INVALID', 'clientAuthentication CONFIG_MISSING', 'scope CONFIG_INVALID', 'within CONFIG_INVALID'],
    ],
  ])('refuses %s', (_, given, expected) => {
    expect(faultsOf(() => tokenExchange(given as never))).toEqual(expected);
  });

  it('binds to an audience that is a URI, or by its name', () => {
    const runtime = { clock: { now: () => 0, monotonic: () => 0 }, audience: 'payments', notify: () => {} };
    expect(() => tokenExchange(options).bindOnBehalfOf(runtime)).toThrow(ConfigurationError);
    const named = tokenExchange({ ...options, audienceParameter: 'audience' }).bindOnBehalfOf(runtime);
    return named.close?.();
  });
});

describe('keycloakExchange', () => {
  it.each<[string, object, readonly string[]]>([
    ['the least', {}, []],
    ['the name of the target', { targetClientId: 'payments' }, []],
    ['no scope', { scope: undefined }, ['scope CONFIG_MISSING']],
    ['an empty target', { targetClientId: '' }, ['targetClientId CONFIG_INVALID']],
    [
      'a parameter that Keycloak does not read',
      { audienceParameter: 'resource' },
      ['audienceParameter CONFIG_UNKNOWN_OPTION'],
    ],
    ['an actor', { actor: { credentials: own } }, ['actor CONFIG_UNKNOWN_OPTION']],
  ])('with %s', (_, changes, expected) => {
    expect(faultsOf(() => keycloakExchange({ ...options, ...changes }))).toEqual(expected);
  });
});

describe('entraOnBehalfOf', () => {
  const scope = 'api://payments/.default';
  const entra = { ...options, scope, within: { [scope]: ['access_as_user'] } as const };

  it.each<[string, object, readonly string[]]>([
    ['the least', {}, []],
    ['no limits', { within: undefined }, [`within["${scope}"] CONFIG_MISSING`]],
    [
      'no limits, and a scope that names no service',
      { within: undefined, scope: 'read' },
      ['scope CONFIG_INVALID', 'within["read"] CONFIG_MISSING'],
    ],
    [
      'limits of one scope of two',
      { scope: `${scope} api://payments/read` },
      ['within["api://payments/read"] CONFIG_MISSING'],
    ],
    ['a scope that names no service', { scope: 'read', within: { read: ['a'] } }, ['scope CONFIG_INVALID']],
    [
      'scopes of two services',
      { scope: `${scope} api://stock/read`, within: { [scope]: ['a'], 'api://stock/read': ['a'] } },
      ['scope CONFIG_INVALID'],
    ],
    ['no scope', { scope: undefined, within: {} }, ['scope CONFIG_MISSING']],
    ['an audience', { audienceParameter: 'resource' }, ['audienceParameter CONFIG_UNKNOWN_OPTION']],
  ])('with %s', (_, changes, expected) => {
    expect(faultsOf(() => entraOnBehalfOf({ ...entra, ...changes } as never))).toEqual(expected);
  });
});
