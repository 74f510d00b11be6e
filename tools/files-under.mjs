/** Lists files for the checkers: everything a person wrote, nothing that a tool made. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const made = new Set(['node_modules', 'dist', '.turbo', 'coverage', '.git', '.results']);

/**
 * @param {string} root
 * @param {string} folder below `root`
 * @returns {string[]} paths below `root`, with `/`, sorted; empty when the folder does not exist
 */
export function filesUnder(root, folder) {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  const found = [];
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !made.has(entry.name)) found.push(...filesUnder(root, path));
    else if (entry.isFile()) found.push(path);
  }
  return found.toSorted((a, b) => (a < b ? -1 : 1));
}

/** What is no part of a package: tests, type tests, test kits. */
export const isTest = (/** @type {string} */ path) => /\.(test|test-d|test-kit)\.ts$/.test(path);

/**
 * @param {string} root
 * @returns {string[]} the names of the folders in packages/
 */
export function packageNames(root) {
  const folder = join(root, 'packages');
  return existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json'))) : [];
}
