import { inspect } from 'node:util';
import { expect, test } from 'vitest';
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
