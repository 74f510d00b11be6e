/**
 * Runs the checkers on our own house, all of them or those named: `node tools/check-all.mjs layers sizes`.
 * Needs a build: documentation, generated pages and packages are checked against `dist`.
 */
import { fileURLToPath } from 'node:url';

/** @typedef {(root: string) => string[] | Promise<string[]>} Checker */

/** @type {Record<string, () => Promise<Checker>>} */
const checkers = {
  layers: async () => (await import('./check-layers.mjs')).checkLayers,
  sizes: async () => (await import('./check-sizes.mjs')).checkSizes,
  lockfile: async () => (await import('./check-lockfile.mjs')).checkLockfile,
  generated: async () => (await import('./check-generated.mjs')).checkGenerated,
  docs: async () => (await import('./check-docs.mjs')).checkDocs,
  packages: async () => (await import('./check-packages.mjs')).checkPackages,
};

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(checkers, name));
if (unknown.length > 0) {
  console.error(`No checker ${unknown.join(', ')}; there are ${Object.keys(checkers).join(', ')}.`);
  process.exit(1);
}
for (const [name, load] of Object.entries(checkers)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = performance.now();
  const faults = await (await load())(root);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`check ${name.padEnd(9)} ${faults.length === 0 ? 'ok' : `${faults.length} faults`} (${seconds} s)`);
  for (const fault of faults) console.error(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
