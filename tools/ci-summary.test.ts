import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { countsOf } from './ci-summary.mjs';
import { plant, type Tree } from './planted-tree.test-kit.ts';

const report = (passed: number, failed: number, files: readonly [string, ...string[]][] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 1,
  testResults: files.map(([status, ...tests]) => ({ status, assertionResults: tests.map((one) => ({ status: one })) })),
});

function summary(tree: Tree): { lines: readonly string[]; status: number | null } {
  const script = fileURLToPath(new URL('ci-summary.mjs', import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [script, plant(tree)], { encoding: 'utf8' });
  return { lines: stdout.trimEnd().split('\n'), status };
}

test.each([
  ['all passed', report(2, 0, [['passed', 'passed', 'passed']]), { passed: 2, failed: 0, skipped: 1 }],
  ['one failed', report(1, 1, [['failed', 'passed', 'failed']]), { passed: 1, failed: 1, skipped: 1 }],
  ['a file that did not load', report(2, 0, [['failed']]), { passed: 2, failed: 1, skipped: 1 }],
  ['a file whose hooks failed', report(1, 0, [['failed', 'passed']]), { passed: 1, failed: 1, skipped: 1 }],
])('%s', (_case, given, counts) => {
  expect(countsOf(given)).toEqual(counts);
});

test.each<[string, Tree, string, number]>([
  [
    'two good runs',
    { 'a.json': JSON.stringify(report(5, 0)), 'b.json': JSON.stringify(report(5, 0)) },
    '10 passed, 0 failed',
    0,
  ],
  [
    'one bad run',
    { 'a.json': JSON.stringify(report(5, 0)), 'b.json': JSON.stringify(report(4, 1)) },
    '9 passed, 1 failed',
    1,
  ],
  ['no run', { 'a.txt': '' }, '', 1],
])('%s: the last line is the sum', (_case, tree, last, code) => {
  const { lines, status } = summary(tree);
  expect([lines.at(-1), status]).toEqual([last, code]);
});
