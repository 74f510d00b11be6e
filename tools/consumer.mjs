/**
 * A project of a user, in a temporary folder: our packages come from their tarballs, through pnpm, without network.
 * Packages of others are linked to what the lockfile of this repository installed, so nothing is resolved anew.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm } from './pnpm.mjs';

/**
 * @typedef {object} Shelf
 * @property {readonly import('./tarball.mjs').Tarball[]} tarballs
 * @property {ReadonlyMap<string, string>} installed name → folder of packages of others
 */

/**
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} dependencies what the user's package.json names
 * @param {Shelf} shelf
 */
export async function createConsumer(folder, dependencies, { tarballs, installed }) {
  mkdirSync(folder, { recursive: true });
  const overrides = Object.fromEntries([
    ...[...installed].map(([name, path]) => [name, `link:${path}`]),
    ...tarballs.map(({ name, path }) => [name, `file:${path}`]),
  ]);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, dependencies }));
  // JSON is YAML.
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides, autoInstallPeers: false }));
  await pnpm(['install', '--offline', '--reporter=append-only', '--no-frozen-lockfile'], folder);
}

/** A module that imports every specifier and compares what it got with the names it expects. */
const probe = (/** @type {string} */ load) => `
const expected = JSON.parse(process.argv[2]);
const told = [];
(async () => {
  for (const [specifier, names] of Object.entries(expected)) {
    const found = Object.keys(${load});
    const missing = names.filter((name) => !found.includes(name));
    if (missing.length > 0) told.push(specifier + ' lacks ' + missing.join(', '));
    if (found.length === 0) told.push(specifier + ' exports nothing');
  }
  if (told.length > 0) throw new Error(told.join('; '));
})().catch((error) => { console.error(error); process.exitCode = 1; });
`;

/** Source of the two probes; the argument is JSON: specifier → names it must export. */
export const esmProbe = probe('await import(specifier)');
export const cjsProbe = probe('require(specifier)');

/** Loads two versions of core, first through an adapter; ends with code 0 only when the second one is refused. */
export const twoCoresProbe = `
const [, , adapter, other] = process.argv;
await import(adapter);
try {
  await import(other);
  console.error('a second version of core was loaded without a word');
  process.exitCode = 1;
} catch (error) {
  const codes = (error.faults ?? []).map((fault) => fault.code);
  if (!codes.includes('CONFIG_CORE_DUPLICATED')) {
    console.error(error);
    process.exitCode = 1;
  }
}
`;
