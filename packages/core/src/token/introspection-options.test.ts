import { describe, expect, it } from 'vitest';
import { FaultCollector, type ConfigurationError } from '../errors/configuration-error.ts';
import { accessToken } from '../authentication/access-token.ts';
import { checkIntrospection } from './introspection-options.ts';
import { authentication } from './introspection.test-kit.ts';
import { issuer } from './token.test-kit.ts';

function faultsOf(given: unknown, mayBeHttp = false): readonly string[] {
  const faults = new FaultCollector('accessToken');
  checkIntrospection(given as never, faults, { prefix: 'issuers[1].', mayBeHttp });
  try {
    faults.throwIfAny();
  } catch (error) {
    return (error as ConfigurationError).faults.map(({ code, option }) => `${option} ${code}`);
  }
  return [];
}

describe('options of introspection', () => {
  it.each<[string, object | string, readonly string[]]>([
    ['nothing to object to', {}, []],
    ['no cache, and patience', { cacheSeconds: 0, timeoutMilliseconds: 10_000, tokens: 'all' }, []],
    ['a client authentication of your own', { authentication: { clientId: 'x', prove: () => {} } }, []],
    ['an endpoint and a listed origin', { endpoint: 'https://t.test/x', origins: ['https://t.test'] }, []],
    ['no authentication', { authentication: undefined }, ['authentication CONFIG_MISSING']],
    ['a secret as authentication', { authentication: 'secret' }, ['authentication CONFIG_MISSING']],
    ['an authentication without client', { authentication: { prove: () => {} } }, ['authentication CONFIG_MISSING']],
    ['an endpoint on http', { endpoint: 'http://t.test/x' }, ['endpoint CONFIG_INVALID']],
    ['an endpoint with a password', { endpoint: 'https://a:b@t.test/x' }, ['endpoint CONFIG_INVALID']],
    ['an origin with a path', { origins: ['https://t.test/'] }, ['origins CONFIG_INVALID']],
    ['an origin as text', { origins: 'https://t.test' }, ['origins CONFIG_INVALID']],
    ['tokens of another kind', { tokens: 'jwt' }, ['tokens CONFIG_INVALID']],
    ['a signature as text', { signed: 'yes' }, ['signed CONFIG_INVALID']],
    ['a long memory', { cacheSeconds: 31 }, ['cacheSeconds CONFIG_INVALID']],
    ['a negative memory', { cacheSeconds: -1 }, ['cacheSeconds CONFIG_INVALID']],
    ['a memory that is no number', { cacheSeconds: Number.NaN }, ['cacheSeconds CONFIG_INVALID']],
    ['no patience', { timeoutMilliseconds: 99 }, ['timeoutMilliseconds CONFIG_INVALID']],
    ['endless patience', { timeoutMilliseconds: 10_001 }, ['timeoutMilliseconds CONFIG_INVALID']],
    ['a misspelt option', { cache: 3 }, ['cache CONFIG_UNKNOWN_OPTION']],
  ])('with %s', (_name, changes, expected) => {
    const found = faultsOf({ authentication, ...(changes as object) });
    expect(found).toEqual(expected.map((fault) => `issuers[1].introspection.${fault}`));
  });

  it.each([['a text'], [null], [true]])('as %s are a fault', (given) => {
    expect(faultsOf(given)).toEqual(['issuers[1].introspection CONFIG_INVALID']);
  });

  it('on http need the waiver of their issuer', () => {
    expect(faultsOf({ authentication, endpoint: 'http://t.test/x' }, true)).toEqual([]);
  });

  it('of two issuers are a start-up error: an opaque token does not say whom to ask', () => {
    const issuers = [issuer, 'https://other.test'].map((name) => ({ issuer: name, introspection: { authentication } }));
    expect(() => accessToken({ issuers: issuers as never })).toThrow(/issuers: .*CONFIG_CONFLICT/);
    expect(() => accessToken({ issuers: [issuers[0] as never, { issuer: 'https://other.test' }] })).not.toThrow();
  });

  it('show their waiver among those of the authenticator', () => {
    const allowMissingAudience = { reason: 'old server', owner: 'platform', expires: '2999-01-01' };
    const { waivers } = accessToken({ issuer, introspection: { authentication, allowMissingAudience } });
    expect(waivers).toEqual({ [`introspection.allowMissingAudience(${issuer})`]: allowMissingAudience });
  });

  it('that are changed later change nothing', () => {
    const origins = ['https://t.test'];
    const settings = checkIntrospection({ authentication, origins }, new FaultCollector('x'), {
      prefix: '',
      mayBeHttp: false,
    });
    origins.push('https://evil.test');
    expect(settings?.origins).toEqual(['https://t.test']);
  });
});
