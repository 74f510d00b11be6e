import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ConfigurationError } from './configuration-error.ts';
import { Secret } from './secret.ts';

const secret = new Secret('hunter2-canary');

test.each([
  // oxlint-disable-next-line typescript/restrict-template-expressions -- the mistake under test
  ['a template', `${secret}`],
  ['String()', String(secret)],
  ['JSON', JSON.stringify({ secret })],
  ['inspect', inspect({ nested: { secret } }, { depth: 9, showHidden: true })],
  ['concatenation', ['token: ', secret].join('')],
  ['own properties', JSON.stringify(Object.getOwnPropertyNames(secret))],
])('%s shows [secret] or nothing, never the value', (_way, text) => {
  expect(text).not.toContain('hunter2');
});

test('expose is the one way to the value', () => {
  expect(secret.expose()).toBe('hunter2-canary');
});

test.each<[string, unknown]>([
  ['a variable that is not set', undefined],
  ['null', null],
  ['the bytes of a file', Buffer.from('hunter2-canary')],
  ['another secret', secret],
])('%s is a fault at once, which does not show it', (_case, value) => {
  const make = (): unknown => new Secret(value as string);
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(
    /^Secret has a fault:\n {2}- value: is not a text \(CONFIG_MISSING\)\n {4}fix: set the variable/,
  );
  expect(make).not.toThrow(/hunter2/);
});
