import { expect, test } from 'vitest';
import { pathTemplates } from './path-templates.ts';

test.each<[readonly (string | readonly string[])[], readonly string[]]>([
  [[], ['']],
  [[''], ['/']],
  [['/'], ['/']],
  [['a'], ['/a']],
  [['/a/', '/b/'], ['/a/b']],
  [['', '', 'a', ''], ['/a']],
  [
    ['a', ['b', '']],
    ['/a/b', '/a'],
  ],
  [
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    ['/a/c', '/a/d', '/b/c', '/b/d'],
  ],
])('%j gives %j', (parts, expected) => {
  expect(pathTemplates(...parts)).toEqual(expected);
});
