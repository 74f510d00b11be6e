/** Every relative link and every anchor in the documentation leads somewhere. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { anchorsOf, linksOf } from './doc-blocks.mjs';

/**
 * @param {string} root
 * @param {readonly string[]} pages paths below the root
 * @returns {string[]} one line per dead link
 */
export function deadLinks(root, pages) {
  const faults = [];
  for (const page of pages) {
    for (const { target, line } of linksOf(readFileSync(join(root, page), 'utf8'))) {
      const fault = linkFault(root, page, target);
      if (fault !== undefined) faults.push(`${page}:${line}: ${fault}`);
    }
  }
  return faults;
}

/**
 * @param {string} root
 * @param {string} page
 * @param {string} target
 */
function linkFault(root, page, target) {
  if (/^(https?|mailto):/.test(target)) return undefined;
  if (/^[a-z][a-z+.-]*:/i.test(target) || target.startsWith('/')) return `${target} is not a relative link`;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), decodeURIComponent(path));
  if (relative(root, file).startsWith('..')) return `${target} leaves the repository`;
  if (!existsSync(file)) return `${target} does not exist`;
  if (anchor === undefined) return undefined;
  if (statSync(file).isDirectory() || !file.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : `${target}: no such heading`;
}
