import { expect, test } from 'vitest';
import { maximumScopes, noScopes, parseScopes } from './scope-set.ts';

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

test('scopes cannot be changed by whoever reads them', () => {
  for (const scopes of [noScopes, parseScopes('a b')]) {
    const open = scopes as Set<string>;
    expect(() => open.add('admin')).toThrow(TypeError);
    expect(() => open.delete('a')).toThrow(TypeError);
    expect(() => open.clear()).toThrow(TypeError);
    expect(open.has('admin')).toBe(false);
  }
});
