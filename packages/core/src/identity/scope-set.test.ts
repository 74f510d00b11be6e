import { expect, test } from 'vitest';
import { maximumScopes, parseScopes } from './scope-set.ts';

test('scopes are read as a set', () => {
  expect([...(parseScopes('a:read b a:read') ?? [])]).toEqual(['a:read', 'b']);
  expect(parseScopes('')?.size).toBe(0);
});

test.each([
  ['a double space', 'a  b'],
  ['a leading space', ' a'],
  ['a trailing space', 'a '],
  ['a tab', 'a\tb'],
  ['a quote', 'a"b'],
  ['a backslash', 'a\\b'],
  ['a letter outside ASCII', 'ä'],
  ['more scopes than the ceiling', Array.from({ length: maximumScopes + 1 }, (_, index) => `s${index}`).join(' ')],
])('%s breaks the grammar', (_case, text) => {
  expect(parseScopes(text)).toBeUndefined();
});
