/**
 * Tries programs that others wrote against our code: `npm run test:interop`, or `npm run test:interop -- openssl`.
 * One file per system in systems/. A system that cannot be installed is told as skipped; a failing proof exits with 1.
 */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPackages } from './bench.mjs';

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

const folder = new URL('systems/', import.meta.url);
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No system ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(1);
}

const packages = await loadPackages();
const rows = [];
// One after the other: they share two processors with each other, and the output stays readable.
for (const name of wanted.length > 0 ? wanted : known) {
  const { system } = await import(new URL(`${name}.mjs`, folder).href);
  rows.push(await tryOut(system));
}
print(rows);
if (rows.some(({ result }) => result === 'FAILED')) process.exit(1);

/**
 * @param {System} system
 * @returns {Promise<Row>}
 */
async function tryOut(system) {
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
      return { name, version: '-', result: 'skipped', lines: ['was installed, does not start'] };
  }
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), `countersign-interop-${name}-`));
  try {
    return { name, version, result: 'proved', lines: await system.prove({ ...packages, scratch }) };
  } catch (error) {
    return { name, version, result: 'FAILED', lines: messageOf(error).split('\n') };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {readonly Row[]} table */
function print(table) {
  const width = (/** @type {(row: Row) => string} */ of) => Math.max(...table.map((row) => of(row).length), 7);
  const names = width((row) => row.name);
  const versions = width((row) => row.version);
  console.log(`\n${'system'.padEnd(names)}  ${'version'.padEnd(versions)}  result`);
  for (const { name, version, result, lines } of table) {
    const [first = '', ...more] = lines;
    console.log(`${name.padEnd(names)}  ${version.padEnd(versions)}  ${result.padEnd(7)}  ${first}`);
    for (const line of more) console.log(`${' '.repeat(names + versions + 13)}${line}`);
  }
  const count = (/** @type {Row['result']} */ wantedResult) =>
    table.filter(({ result }) => result === wantedResult).length;
  console.log(`\n${count('proved')} proved, ${count('skipped')} skipped, ${count('FAILED')} failing systems`);
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
