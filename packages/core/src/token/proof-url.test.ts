import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalUrl, requestUrl } from './proof-url.ts';

test.each([
  ['HTTPS://Example.COM:443/a/../b', 'https://example.com/b'],
  ['https://EXAMPLE.com:8443/', 'https://example.com:8443/'],
  ['https://example.com', 'https://example.com/'],
  ['https://example.com/a?b=c#d', 'https://example.com/a'],
  ['https://example.com/a#d', 'https://example.com/a'],
  ['https://example.com?b', 'https://example.com/'],
  ['https://example.com/%7euser', 'https://example.com/~user'],
  ['https://example.com/a%2fb', 'https://example.com/a%2Fb'],
  ['https://example.com/a%2Fb', 'https://example.com/a%2Fb'],
  ['https://example.com/a/%2e%2E/b', 'https://example.com/b'],
  ['https://example.com/%2525', 'https://example.com/%2525'],
  ['https://example.com/%252e', 'https://example.com/%252e'],
  ['https://example.com//a//b', 'https://example.com//a//b'],
  ['http://localhost:80/a', 'http://localhost/a'],
])('%s is %s', (text, normal) => {
  expect(normalUrl(text)).toBe(normal);
  expect(normalUrl(normal)).toBe(normal);
});

test.each([
  ['', 'nothing'],
  ['/a', 'a path'],
  ['example.com/a', 'no scheme'],
  ['ftp://example.com/a', 'another scheme'],
  ['https:/example.com/a', 'one slash'],
  ['https:example.com', 'no slash'],
  ['https://user@example.com/a', 'a user name'],
  ['https://:secret@example.com/a', 'a password'],
  ['https://@example.com/a', 'an empty user name'],
  ['https://example.com\\a', 'a backslash'],
  ['https://example.com/a\\b', 'a backslash in the path'],
  ['https://example.com/a b', 'a space'],
  [' https://example.com/a', 'a space in front'],
  ['https://example.com/\ta', 'a tab'],
  ['https://example.com/a\n', 'a line feed'],
  ['https://exämple.com/a', 'a letter beyond ASCII'],
  ['https://example.com/%', 'a broken triplet'],
  ['https://example.com/%zz', 'a triplet that is none'],
  ['https://example.com:99999/', 'a port that is none'],
])('%j is no URL of a proof: %s', (text) => {
  expect(normalUrl(text)).toBeUndefined();
});

test('nothing makes it throw, and its answer is a fixed point', () => {
  const texts = fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.webPath());
  const property = fc.property(texts, (text) => {
    const normal = normalUrl(text);
    return normal === undefined || normalUrl(normal) === normal;
  });
  expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
});

const address = { origin: 'https://api.test', basePath: '' };

test.each([
  ['/stock/42', 'https://api.test/stock/42'],
  ['/stock?a=https://evil.test/', 'https://api.test/stock'],
  ['//evil.test/stock', 'https://api.test//evil.test/stock'],
  ['/@evil.test', 'https://api.test/@evil.test'],
  ['/', 'https://api.test/'],
  ['/stock?path=/../x', 'https://api.test/stock'],
  ['/.well-known/stock', 'https://api.test/.well-known/stock'],
  ['/stock/...', 'https://api.test/stock/...'],
])('a request for %s is for %s', (target, url) => {
  expect(requestUrl(address, target)).toBe(url);
});

test('what a proxy takes off the path is put back', () => {
  expect(requestUrl({ ...address, basePath: '/inventory' }, '/stock')).toBe('https://api.test/inventory/stock');
});

test.each([
  '',
  '*',
  'https://api.test/stock',
  'http://evil.test/',
  'evil.test:443',
  '.evil.test/',
  '@evil.test/',
  ':8443/',
])('a target %j is for no URL: it would be the caller who says the host', (target) => {
  expect(requestUrl(address, target)).toBeUndefined();
});

test.each([
  ['/../orders/stock', 'another service behind the same proxy'],
  ['/%2e%2e/orders', 'the same, encoded'],
  ['/.%2E/orders', 'the same, half encoded'],
  ['/files/../stock', 'a path that routers may take by its first segment'],
  ['/files/..', 'dots at the end'],
  ['/./stock', 'one dot'],
  ['/stock#/../x', 'a fragment'],
])('a target %s is for no URL: %s', (target) => {
  expect(requestUrl({ ...address, basePath: '/inventory' }, target)).toBeUndefined();
});
