import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tableOf, tryOut, type System } from './try-out.mjs';

const packages = {} as Parameters<typeof tryOut>[1];
const good: System = {
  name: 'system',
  version: async () => '1.2',
  install: () => Promise.reject(new Error('must not be installed')),
  prove: async () => ['this', 'and that'],
};

/** Is there after its installation, not before. */
function missing(install: () => Promise<void>): System {
  let version: string | undefined;
  return {
    ...good,
    version: async () => version,
    install: async () => {
      await install();
      version = '2.0';
    },
  };
}

test.each<[string, System, string, string, string]>([
  ['an installed system proves', good, 'proved', '1.2', 'this'],
  ['a missing one is installed first', missing(async () => {}), 'proved', '2.0', 'this'],
  [
    'one that cannot be installed is skipped',
    missing(() => Promise.reject(new Error('needs root'))),
    'skipped',
    '-',
    'needs root',
  ],
  [
    'one that does not start',
    { ...good, version: async () => undefined, install: async () => {} },
    'FAILED',
    '-',
    'start',
  ],
  [
    'a proof that throws',
    { ...good, prove: () => Promise.reject(new Error('a pass\nthere')) },
    'FAILED',
    '1.2',
    'a pass',
  ],
  ['a proof that proves nothing', { ...good, prove: async () => [] }, 'FAILED', '1.2', 'proved nothing'],
])('%s', async (_case, system, result, version, line) => {
  const row = await tryOut(system, packages);
  expect(row).toMatchObject({ name: 'system', result, version });
  expect(row.lines[0]).toContain(line);
  expect(tableOf([row])).toContain(`system   ${version.padEnd(7)}  ${result.padEnd(7)}  ${row.lines[0]}\n`);
});

test('the files of a proof are gone after it, also when it threw', async () => {
  let scratch = '';
  await tryOut({ ...good, prove: async (bench) => Promise.reject(new Error((scratch = bench.scratch))) }, packages);
  expect(scratch).toContain('countersign-interop-system-');
  expect(existsSync(scratch)).toBe(false);
});
