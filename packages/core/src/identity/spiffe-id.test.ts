import { describe, expect, test } from 'vitest';
import { parseSpiffeId } from './spiffe-id.ts';
import { isTrustDomain } from './trust-domain.ts';

const longName = 'a'.repeat(255);

describe('a SPIFFE ID', () => {
  test.each([
    ['spiffe://prod.test/orders', 'prod.test', '/orders'],
    ['spiffe://prod.test/ns/prod/sa/orders', 'prod.test', '/ns/prod/sa/orders'],
    ['spiffe://prod.test', 'prod.test', ''],
    ['spiffe://a_b.c-d/x', 'a_b.c-d', '/x'],
    ['spiffe://10.0.0.1/x', '10.0.0.1', '/x'],
    ['spiffe://prod.test/A-b_c.D', 'prod.test', '/A-b_c.D'],
    ['spiffe://prod.test/...', 'prod.test', '/...'],
    ['spiffe://prod.test/.hidden/a..b', 'prod.test', '/.hidden/a..b'],
    [`spiffe://${longName}/x`, longName, '/x'],
    [`spiffe://t/${'p'.repeat(2037)}`, 't', `/${'p'.repeat(2037)}`],
  ])('is read: %.60s', (text, trustDomain, path) => {
    expect(parseSpiffeId(text)).toEqual({ ok: true, value: { trustDomain, path, text } });
  });

  test.each([
    ['nothing', ''],
    ['a scheme alone', 'spiffe://'],
    ['no trust domain', 'spiffe:///orders'],
    ['an upper-case trust domain', 'spiffe://Prod.test/orders'],
    ['an upper-case scheme', 'SPIFFE://prod.test/orders'],
    ['another scheme', 'https://prod.test/orders'],
    ['one slash', 'spiffe:/prod.test/orders'],
    ['three slashes', 'spiffe:////prod.test/orders'],
    ['a trailing slash', 'spiffe://prod.test/orders/'],
    ['a slash and no path', 'spiffe://prod.test/'],
    ['an empty segment', 'spiffe://prod.test//orders'],
    ['an empty segment inside', 'spiffe://prod.test/a//b'],
    ['a dot segment', 'spiffe://prod.test/./orders'],
    ['a dot segment at the end', 'spiffe://prod.test/orders/.'],
    ['two dots', 'spiffe://prod.test/a/../orders'],
    ['two dots at the end', 'spiffe://prod.test/orders/..'],
    ['percent-encoding', 'spiffe://prod.test/%6frders'],
    ['percent-encoded dots', 'spiffe://prod.test/%2e%2e/orders'],
    ['percent-encoding in the trust domain', 'spiffe://prod%2etest/orders'],
    ['a port', 'spiffe://prod.test:443/orders'],
    ['an empty port', 'spiffe://prod.test:/orders'],
    ['a user', 'spiffe://admin@prod.test/orders'],
    ['a user and a password', 'spiffe://a:b@prod.test/orders'],
    ['a query', 'spiffe://prod.test/orders?admin=1'],
    ['an empty query', 'spiffe://prod.test/orders?'],
    ['a fragment', 'spiffe://prod.test/orders#admin'],
    ['a backslash', 'spiffe://prod.test\\orders'],
    ['an IPv6 address', 'spiffe://[::1]/orders'],
    ['a space', 'spiffe://prod.test/or ders'],
    ['a space in front', ' spiffe://prod.test/orders'],
    ['a line feed behind', 'spiffe://prod.test/orders\n'],
    ['a NUL', 'spiffe://prod.test/orders\0'],
    ['a tab inside, which URL parsers drop', 'spiffe://prod.test/or\tders'],
    ['a comma', 'spiffe://prod.test/a,URI:spiffe://prod.test/b'],
    ['a semicolon', 'spiffe://prod.test/a;b'],
    ['a star', 'spiffe://prod.test/*'],
    ['a tilde', 'spiffe://prod.test/~orders'],
    ['a letter outside ASCII', 'spiffe://prod.test/ördërs'],
    ['a look-alike letter', 'spiffe://prоd.test/orders'],
    ['a full-width dot', 'spiffe://prod\uff0etest/orders'],
    ['an internationalised name', 'spiffe://bücher.test/orders'],
    ['a trust domain of 256 bytes', `spiffe://a${longName}/x`],
    ['2,049 bytes', `spiffe://t/${'p'.repeat(2038)}`],
  ])('is not one with %s', (_title, text) => {
    expect(parseSpiffeId(text).ok).toBe(false);
  });

  test.each([[undefined], [null], [42], [['spiffe://prod.test/orders']], [{ toString: () => 'spiffe://prod.test/a' }]])(
    'is not one when it is no text: %j',
    (value) => {
      expect(parseSpiffeId(value as never)).toEqual({ ok: false, problem: 'is not text' });
    },
  );
});

describe('the name of a trust domain', () => {
  test.each(['prod.test', 'a', '10.0.0.1', 'a_b-c.d', longName])('is one: %.40s', (name) => {
    expect(isTrustDomain(name)).toBe(true);
  });

  test.each([
    '',
    'Prod.test',
    'prod.test/',
    'prod.test/orders',
    'spiffe://prod.test',
    'prod.test:443',
    'a@prod.test',
    'prod.test?a',
    'prod test',
    'prod.test\n',
    '*.test',
    'bücher.test',
    `a${longName}`,
    undefined,
    null,
    42,
    ['prod.test'],
  ])('is none: %j', (name) => {
    expect(isTrustDomain(name)).toBe(false);
  });
});
