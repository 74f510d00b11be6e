import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { cjsProbe, esmProbe, twoCoresProbe } from './consumer.mjs';
import { plant } from './planted-tree.test-kit.ts';

/** A project with one installed package, whose module is this text. */
function consumer(module: string, other = ''): string {
  const manifest = JSON.stringify({ name: 'x', type: 'module', exports: './index.js' });
  return plant({
    'package.json': '{}',
    'esm.mjs': esmProbe,
    'cjs.cjs': cjsProbe,
    'two.mjs': twoCoresProbe,
    'node_modules/x/package.json': manifest,
    'node_modules/x/index.js': module,
    'node_modules/other/package.json': manifest,
    'node_modules/other/index.js': other,
  });
}

function run(folder: string, args: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [...args], { cwd: folder, encoding: 'utf8' });
}

describe.each(['esm.mjs', 'cjs.cjs'])('%s', (script) => {
  test.each<[string, string, readonly string[], number]>([
    ['a package with the expected names', 'export const a = 1, b = 2;', ['a', 'b'], 0],
    ['a package that exports at all', 'export const a = 1;', [], 0],
    ['one that lacks a name', 'export const a = 1;', ['a', 'b'], 1],
    ['one that exports nothing', 'export {};', [], 1],
    ['one that throws when it loads', `export const a = 1;\nthrow new Error('x');`, ['a'], 1],
    ['one that needs a package that is not there', `export * from 'absent';\nexport const a = 1;`, ['a'], 1],
  ])('%s', (_case, module, names, status) => {
    expect(run(consumer(module), [script, JSON.stringify({ x: names })]).status).toBe(status);
  });
});

test('a package with a top-level await can be imported and not required', () => {
  const folder = consumer('export const a = await Promise.resolve(1);');
  expect(run(folder, ['esm.mjs', '{"x":["a"]}']).status).toBe(0);
  expect(run(folder, ['cjs.cjs', '{"x":["a"]}'])).toMatchObject({ status: 1 });
});

const refusing = (code: string): string => `throw Object.assign(new Error('no'), { faults: [{ code: '${code}' }] });`;
test.each([
  ['a second core that is refused', refusing('CONFIG_CORE_DUPLICATED'), 0],
  ['a second core that loads without a word', 'export const a = 1;', 1],
  ['a second core that fails for another reason', refusing('CONFIG_INVALID'), 1],
  ['a second core that is not there', `import 'absent';`, 1],
])('%s', (_case, other, status) => {
  expect(run(consumer('export const a = 1;', other), ['two.mjs', 'x', 'other']).status).toBe(status);
});
