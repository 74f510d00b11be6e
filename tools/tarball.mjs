/** Packs the packages as they would be published, and looks into the tarballs. */
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packageNames } from './files-under.mjs';
import { pnpm } from './pnpm.mjs';

/**
 * @typedef {object} Tarball
 * @property {string} name of the package, e.g. `@countersign/core`
 * @property {string} path of the tarball
 * @property {string} folder of the package in the repository
 * @property {Map<string, Buffer>} files path below the package → content
 */

/**
 * @param {string} root
 * @param {string} destination a folder
 * @returns {Promise<Tarball[]>}
 */
export async function packAll(root, destination) {
  mkdirSync(destination, { recursive: true });
  await pnpm(['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', destination], root);
  const folders = packageNames(root).map((name) => join(root, 'packages', name));
  const tarballs = readdirSync(destination).map((file) => {
    const path = join(destination, file);
    const files = filesIn(readFileSync(path));
    const { name } = JSON.parse(String(files.get('package.json')));
    const folder = folders.find((one) => JSON.parse(readFileSync(join(one, 'package.json'), 'utf8')).name === name);
    return { name, path, files, folder: folder ?? '' };
  });
  if (tarballs.length !== folders.length)
    throw new Error(`${folders.length} packages made ${tarballs.length} tarballs`);
  return tarballs.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Reads a .tgz (ustar, with pax headers for long names).
 * @param {Buffer} compressed
 * @returns {Map<string, Buffer>}
 */
function filesIn(compressed) {
  const archive = gunzipSync(compressed);
  const files = new Map();
  let longName;
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const text = (/** @type {number} */ from, /** @type {number} */ length) =>
      archive.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8);
    const content = archive.subarray(at + 512, at + 512 + size);
    const kind = text(156, 1);
    if (kind === 'x') longName = / path=([^\n]+)\n/.exec(` ${content.toString()}`)?.[1];
    else {
      const name = longName ?? (text(345, 155) === '' ? text(0, 100) : `${text(345, 155)}/${text(0, 100)}`);
      longName = undefined;
      if (kind === '0' || kind === '') files.set(name.replace(/^[^/]+\//, ''), content);
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/**
 * What a tarball must not carry, and what it must.
 * @param {Pick<Tarball, 'name' | 'files'>} tarball
 * @returns {string[]}
 */
export function tarballFaults({ name, files }) {
  const faults = [];
  for (const path of files.keys()) {
    if (/\.(test|test-d|test-kit)\./.test(path)) faults.push(`carries a test: ${path}`);
    if (path.endsWith('.tsbuildinfo')) faults.push(`carries ${path}`);
  }
  for (const needed of ['README.md', 'LICENSE']) {
    if (!files.has(needed)) faults.push(`has no ${needed}`);
  }
  const text = String(files.get('package.json'));
  for (const word of ['workspace:', 'catalog:', '@countersign/source']) {
    if (text.includes(word)) faults.push(`package.json says "${word}", which only this repository understands`);
  }
  const { exports = {}, bin = {} } = JSON.parse(text);
  for (const target of targetsOf([exports, bin])) {
    if (!files.has(target.replace(/^\.\//, ''))) faults.push(`package.json names ${target}, which is not in it`);
  }
  return faults.map((fault) => `${name}: ${fault}`);
}

/**
 * Files of the build whose source is gone. They would be published.
 * @param {Pick<Tarball, 'name' | 'files'>} tarball
 */
export function staleBuild({ name, files }) {
  return [...files.keys()]
    .filter((path) => /^dist\/.*\.js$/.test(path))
    .filter((path) => !files.has(path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts')))
    .map((path) => `${name}: ${path} has no source any more; remove dist and build again`);
}

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function targetsOf(value) {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(targetsOf) : [];
}
