/**
 * Prints what vitest counted: one line per run, then the sum as the last line, alone: `N passed, N failed`.
 * A file that could not be loaded counts as one failure, since none of its tests ran. Without any results it fails.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The parts of vitest's JSON report that are read.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * @param {Report} report
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countsOf({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
}

/** @param {string} folder with one report per run */
function main(folder) {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  const sum = { passed: 0, failed: 0 };
  for (const file of files) {
    const { passed, failed, skipped } = countsOf(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    console.log(`vitest, ${file.slice(0, -'.json'.length)}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    sum.passed += passed;
    sum.failed += failed;
  }
  if (files.length === 0) {
    console.error('No tests were run.');
    process.exitCode = 1;
    return;
  }
  if (sum.failed > 0) process.exitCode = 1;
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv[2] ?? '.results/ci');
