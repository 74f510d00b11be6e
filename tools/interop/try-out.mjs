/** Tries one system: installs it when it is missing, lets it prove, and says how that went. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {object} System
 * @property {string} name
 * @property {() => Promise<string | undefined>} version undefined when it is not installed
 * @property {() => Promise<void>} install through its ordinary client; throws when that cannot be done
 * @property {(bench: import('./bench.mjs').Bench) => Promise<readonly string[]>} prove what was proved; throws otherwise
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} version
 * @property {'proved' | 'skipped' | 'FAILED'} result
 * @property {readonly string[]} lines
 */

/**
 * @param {System} system
 * @param {Omit<import('./bench.mjs').Bench, 'scratch'>} packages
 * @returns {Promise<Row>}
 */
export async function tryOut(system, packages) {
  const { name } = system;
  let version = await system.version();
  if (version === undefined) {
    try {
      await system.install();
    } catch (error) {
      return { name, version: '-', result: 'skipped', lines: [`cannot be installed: ${messageOf(error)}`] };
    }
    version = await system.version();
    if (version === undefined)
      return { name, version: '-', result: 'FAILED', lines: ['was installed, does not start'] };
  }
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), `countersign-interop-${name}-`));
  try {
    const lines = await system.prove({ ...packages, scratch });
    // A proof that proves nothing would be a silent skip.
    if (lines.length === 0) return { name, version, result: 'FAILED', lines: ['proved nothing'] };
    return { name, version, result: 'proved', lines };
  } catch (error) {
    return { name, version, result: 'FAILED', lines: messageOf(error).split('\n') };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {readonly Row[]} rows
 * @returns {string} system | version | result, and what was proved or why not
 */
export function tableOf(rows) {
  const width = (/** @type {'name' | 'version'} */ of) => Math.max(...rows.map((row) => row[of].length), 7);
  const names = width('name');
  const versions = width('version');
  const lines = [`${'system'.padEnd(names)}  ${'version'.padEnd(versions)}  result`];
  for (const row of rows) {
    const [first = '', ...more] = row.lines;
    lines.push(`${row.name.padEnd(names)}  ${row.version.padEnd(versions)}  ${row.result.padEnd(7)}  ${first}`);
    for (const line of more) lines.push(`${' '.repeat(names + versions + 13)}${line}`);
  }
  const count = (/** @type {Row['result']} */ wanted) => rows.filter(({ result }) => result === wanted).length;
  return `${lines.join('\n')}\n\nsystems: ${count('proved')} proved, ${count('skipped')} skipped, ${count('FAILED')} not as expected\n`;
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));
