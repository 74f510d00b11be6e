import { expect, test } from 'vitest';
import { staleBuild, tarballFaults } from './tarball.mjs';

const manifest = {
  name: '@countersign/x',
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
  bin: { x: './dist/bin.js' },
  dependencies: { '@countersign/core': '^0.1.0' },
};
const good = {
  'package.json': JSON.stringify(manifest),
  'README.md': '',
  LICENSE: '',
  'dist/index.js': '',
  'dist/index.d.ts': '',
  'dist/bin.js': '',
  'src/index.ts': '',
  'src/bin.ts': '',
};
const tarball = (files: Readonly<Record<string, string | undefined>>) => ({
  name: '@countersign/x',
  files: new Map(
    Object.entries({ ...good, ...files }).flatMap(([path, text]) =>
      text === undefined ? [] : [[path, Buffer.from(text)] as const],
    ),
  ),
});

test('a good tarball has no fault', () => {
  expect(tarballFaults(tarball({}))).toEqual([]);
  expect(staleBuild(tarball({}))).toEqual([]);
});

test.each<[string, Readonly<Record<string, string | undefined>>, string]>([
  ['a test', { 'src/a.test.ts': '' }, 'carries a test: src/a.test.ts'],
  ['a built test', { 'dist/a.test.js': '' }, 'carries a test: dist/a.test.js'],
  ['a type test', { 'src/a.test-d.ts': '' }, 'carries a test: src/a.test-d.ts'],
  ['a test kit', { 'dist/a.test-kit.d.ts': '' }, 'carries a test: dist/a.test-kit.d.ts'],
  ['build information', { 'dist/.tsbuildinfo': '' }, 'carries dist/.tsbuildinfo'],
  ['no README', { 'README.md': undefined }, 'has no README.md'],
  ['no LICENSE', { LICENSE: undefined }, 'has no LICENSE'],
  ['an export without its file', { 'dist/index.d.ts': undefined }, 'names ./dist/index.d.ts, which is not in it'],
  ['a command without its file', { 'dist/bin.js': undefined }, 'names ./dist/bin.js, which is not in it'],
  [
    'a range that only the workspace knows',
    { 'package.json': JSON.stringify({ ...manifest, dependencies: { '@countersign/core': 'workspace:^' } }) },
    'says "workspace:"',
  ],
  [
    'the condition for our own tests',
    { 'package.json': JSON.stringify({ ...manifest, exports: { '@countersign/source': './src/index.ts' } }) },
    'says "@countersign/source"',
  ],
])('%s is a fault', (_case, files, fault) => {
  expect(tarballFaults(tarball(files))).toEqual([expect.stringContaining(fault)]);
});

test('a built file without its source is stale', () => {
  expect(staleBuild(tarball({ 'dist/gone/old.js': '' }))).toEqual([expect.stringContaining('dist/gone/old.js')]);
});
