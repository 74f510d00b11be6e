/**
 * A folder in which every package of the workspace, and every package it uses, can be imported by name, as in the
 * project of a user. Made of links; nothing is copied or fetched.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageNames } from './files-under.mjs';

/**
 * @param {string} root
 * @returns {Map<string, string>} package name → folder; ours first, then what ours declare
 */
export function installedPackages(root) {
  const found = new Map();
  const folders = packageNames(root).map((name) => join(root, 'packages', name));
  for (const folder of folders) found.set(nameOf(folder), folder);
  for (const folder of [...folders, root]) {
    const { dependencies, peerDependencies, devDependencies } = manifestOf(folder);
    for (const name of Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })) {
      const installed = join(folder, 'node_modules', name);
      if (!found.has(name) && existsSync(installed)) found.set(name, realpathSync(installed));
    }
  }
  return found;
}

/**
 * @param {string} root
 * @param {string} label part of the folder's name
 * @returns {string} the folder; the caller removes it
 */
export function linkedWorkspace(root, label) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `countersign-${label}-`));
  for (const [name, target] of installedPackages(root)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link, 'junction');
  }
  return folder;
}

const manifestOf = (/** @type {string} */ folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const nameOf = (/** @type {string} */ folder) => manifestOf(folder).name;
