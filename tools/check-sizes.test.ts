import { expect, test } from 'vitest';
import { checkSizes, codeLines } from './check-sizes.mjs';
import { plant, type Tree } from './planted-tree.test-kit.ts';

/** A comment that switches a lint rule off. In pieces, so that this file is not found itself. */
const switchOff = (rule: string): string => ['// oxlint', 'disable', 'next', `line ${rule}\n`].join('-');
const rules = { 'typescript/no-explicit-any': 'error', 'max-params': ['error', { max: 3 }] };
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `a(${index});\n`).join('');
const sound: Tree = {
  '.oxlintrc.json': JSON.stringify({ rules }),
  'packages/core/src/token/verify-token.ts': lines(300),
  'packages/core/src/token/verify-token.test-d.ts': lines(1),
  'packages/nestjs/src/service-auth.module.ts': lines(100),
  'packages/express/src/wall.ts': `/** ${'long\n'.repeat(100)} */\n${lines(125)}\n\n// said\n`,
  'packages/express/src/allow.ts': lines(125),
  'packages/express/src/allow.test.ts': lines(290),
  'packages/express/src/express.test-kit.ts': lines(200),
  'packages/express/src/index.ts': lines(50),
  'packages/express/src/client.ts': lines(50),
  'tools/check-x.mjs': switchOff('max-params -- the framework asks for four'),
  'apps/types/src/main.ts': lines(1),
};

test('a tree within its sizes has no fault', () => {
  expect(checkSizes(plant(sound))).toEqual([]);
});

test.each<[string, Tree, string]>([
  ['a file of 301 lines', { 'packages/core/src/a.ts': lines(301) }, 'packages/core/src/a.ts: 301 lines'],
  ['a test of 301 lines', { 'packages/core/src/a.test.ts': lines(301) }, 'packages/core/src/a.test.ts: 301 lines'],
  ['an adapter of 251 lines', { 'packages/express/src/b.ts': lines(1) }, 'packages/express: 251 lines of code'],
  [
    'an adapter with a client folder of 151 lines',
    { 'packages/express/src/client/b.ts': lines(151) },
    'packages/express/src/client: 151 lines of code',
  ],
  ['utils.ts', { 'packages/core/src/utils.ts': '' }, '"utils.ts" names no idea'],
  ['helpers/', { 'packages/core/src/helpers/a.ts': '' }, '"helpers" names no idea'],
  ['types.test.ts', { 'apps/shop/src/types.test.ts': '' }, '"types.test.ts" names no idea'],
  ['common.mjs', { 'tools/interop/common.mjs': '' }, '"common.mjs" names no idea'],
  ['camelCase', { 'packages/core/src/verifyToken.ts': '' }, 'is not kebab-case'],
  ['an unknown kind', { 'packages/core/src/token.factory.ts': '' }, 'is not kebab-case'],
  ['any, allowed', { 'packages/core/src/a.ts': switchOff('no-explicit-any') }, 'against any'],
  ['a fourth parameter without a reason', { 'packages/core/src/a.ts': switchOff('max-params') }, 'three'],
  [
    'a lint rule that only warns',
    { '.oxlintrc.json': JSON.stringify({ rules: { ...rules, 'typescript/no-explicit-any': 'warn' } }) },
    'typescript/no-explicit-any must be "error"',
  ],
  ['a lint rule that is gone', { '.oxlintrc.json': '{}' }, 'max-params must be "error"'],
])('%s is a fault', (_case, violation, fault) => {
  const faults = checkSizes(plant({ ...sound, ...violation }));
  expect(faults.join('\n')).toContain(fault);
});

test.each([
  ['', 0],
  ['\n  \n', 0],
  ['// only this\n', 0],
  ['/**\n * and this\n */\n', 0],
  ['a(); // beside code\n', 1],
  ['const a = "// no comment";\n', 1],
  ['const a = /[/*]/.test(b);\nc();\n', 2],
  ['const a = `\n// text\n`;\n', 3],
])('%j has %i lines of code', (text, count) => {
  expect(codeLines(text)).toBe(count);
});
