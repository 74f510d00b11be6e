import { expect, test } from 'vitest';
import { checkLockfile } from './check-lockfile.mjs';
import { plant, type Tree } from './planted-tree.test-kit.ts';

const lock = `lockfileVersion: '9.0'

packages:

  '@tool/linux-64@2.0.0':
    resolution: {integrity: sha512-abc}

  '@tool/darwin-64@2.0.0(peer@1.0.0)':
    resolution: {integrity: sha512-abc}

  fsevents@2.3.3:
    resolution: {integrity: sha512-abc}

  tool@2.0.0:
    resolution: {integrity: sha512-abc}
`;
const installed = (name: string, optionalDependencies: Record<string, string>): Tree => ({
  [`node_modules/.pnpm/${name.replace('/', '+')}@2.0.0/node_modules/${name}/package.json`]: JSON.stringify({
    name,
    version: '2.0.0',
    optionalDependencies,
  }),
});
const complete = { '@tool/linux-64': '2.0.0', '@tool/darwin-64': '2.0.0', fsevents: '^2.3.0' };

test.each(['tool', '@scope/tool'])('a lockfile that has every platform of %s is complete', (name) => {
  expect(checkLockfile(plant({ 'pnpm-lock.yaml': lock, ...installed(name, complete) }))).toEqual([]);
});

test.each<[string, Record<string, string>, string]>([
  ['a platform', { ...complete, '@tool/windows-64': '2.0.0' }, 'tool@2.0.0: @tool/windows-64@2.0.0'],
  ['a version of a platform', { ...complete, '@tool/darwin-64': '2.0.1' }, '@tool/darwin-64@2.0.1'],
  ['a platform whose name begins like another', { ...complete, '@tool/linux': '2.0.0' }, '@tool/linux@2.0.0'],
  ['an optional package by range', { ...complete, bufferutil: '^4.0.0' }, 'bufferutil@^4.0.0'],
])('%s that is missing is a fault', (_case, optionalDependencies, fault) => {
  const faults = checkLockfile(plant({ 'pnpm-lock.yaml': lock, ...installed('tool', optionalDependencies) }));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(fault);
});

test.each([
  ['a tarball', '    resolution: {integrity: sha512-abc, tarball: https://registry.example/tool.tgz}'],
  ['a URL', "  tool@https://codeload.example/tool: {version: '1'}"],
  ['a plain URL', '  registry: http://localhost:4873/'],
])('%s in the lockfile is a fault', (_case, line) => {
  expect(checkLockfile(plant({ 'pnpm-lock.yaml': `${lock}${line}\n` }))[0]).toMatch(
    /^pnpm-lock\.yaml:16: names a host/,
  );
});
