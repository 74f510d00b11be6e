/**
 * The lockfile must serve every platform and every registry. pnpm leaves an optional platform package that it cannot
 * find out of the lockfile without a word; an install on that platform then lacks its binary. And a URL in the lockfile
 * binds everybody to one host.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root
 * @returns {string[]} one line per violation
 */
export function checkLockfile(root) {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const faults = [];
  for (const [index, line] of lock.split('\n').entries()) {
    if (/tarball:|https?:\/\//.test(line)) faults.push(`pnpm-lock.yaml:${index + 1}: names a host: ${line.trim()}`);
  }
  for (const { name, version, optionalDependencies = {} } of installedManifests(root)) {
    for (const [wanted, range] of Object.entries(optionalDependencies)) {
      // A platform package is pinned to one exact version; a range may have been met by any.
      const exact = /^\d/.test(range);
      const locked = exact ? `${wanted}@${range}` : `${wanted}@`;
      const entry = new RegExp(`^\\s+'?${escaped(locked)}${exact ? "(?:\\([^\\n]*)?'?:" : ''}`, 'm');
      if (!entry.test(lock)) faults.push(`${name}@${version}: ${wanted}@${range} is not in pnpm-lock.yaml`);
    }
  }
  return [...new Set(faults)];
}

/**
 * @param {string} root
 * @returns {{ name: string, version: string, optionalDependencies?: Record<string, string> }[]}
 */
function installedManifests(root) {
  const store = join(root, 'node_modules/.pnpm');
  const manifests = [];
  for (const entry of existsSync(store) ? readdirSync(store) : []) {
    const match = /^((?:@[^+]+\+)?[^@]+)@/.exec(entry);
    const path = join(store, entry, 'node_modules', (match?.[1] ?? '').replace('+', '/'), 'package.json');
    if (match !== null && existsSync(path)) manifests.push(JSON.parse(readFileSync(path, 'utf8')));
  }
  return manifests;
}

const escaped = (/** @type {string} */ text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
