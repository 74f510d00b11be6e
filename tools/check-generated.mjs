/** Generated pages must be what the code says now, and `coreVersion` must be the version that is published. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedPages } from './generated-pages.mjs';

/**
 * @param {string} root
 * @returns {Promise<string[]>} one line per violation
 */
export async function checkGenerated(root) {
  const { pages, coreVersion, packageVersion } = await generatedPages(root);
  const faults = staleIn(root, pages);
  if (coreVersion !== packageVersion) {
    faults.push(
      `packages/core/src/runtime/version.ts: coreVersion is ${coreVersion}, package.json says ${packageVersion}`,
    );
  }
  return faults;
}

/**
 * @param {string} root
 * @param {Readonly<Record<string, string>>} pages path → text
 */
export function staleIn(root, pages) {
  return Object.entries(pages)
    .filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text)
    .map(([path]) => `${path}: differs from the code it is generated from; run \`npm run generate\``);
}
