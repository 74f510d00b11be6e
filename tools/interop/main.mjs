/**
 * Tries programs that others wrote against our code: `npm run test:interop`, or `npm run test:interop -- openssl`.
 * One file per system in systems/. A system that cannot be installed is told as skipped; a failing proof exits with 1.
 */
import { readdirSync } from 'node:fs';
import { loadPackages } from './bench.mjs';
import { tableOf, tryOut } from './try-out.mjs';

const folder = new URL('systems/', import.meta.url);
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length))
  .toSorted((a, b) => a.localeCompare(b));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No system ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(1);
}

const packages = await loadPackages();
const rows = [];
// One after the other: they share the processors with each other, and the output stays readable.
for (const name of wanted.length > 0 ? wanted : known) {
  const { system } = await import(new URL(`${name}.mjs`, folder).href);
  rows.push(await tryOut(system, packages));
}
console.log(`\n${tableOf(rows)}`);
if (rows.some(({ result }) => result === 'FAILED')) process.exitCode = 1;
