/** What is generated: path → text, from the build of core and from its package.json. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reasonsPage } from './reasons-page.mjs';

/**
 * @param {string} root
 * @returns {Promise<{ pages: Record<string, string>, coreVersion: string, packageVersion: string }>} `coreVersion` is
 * what the build says, `packageVersion` what is published
 */
export async function generatedPages(root) {
  const door = join(root, 'packages/core/dist/index.js');
  if (!existsSync(door)) throw new Error('packages/core is not built: run `npm test` or `npm run generate`');
  const { reasons, auditEventSchema, coreVersion } = await import(pathToFileURL(door).href);
  const manifest = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
  return {
    pages: {
      'docs/reference/reasons.md': reasonsPage(reasons),
      'packages/core/src/runtime/version.ts': versionModule(manifest.version),
      'docs/reference/audit-event.schema.json': `${JSON.stringify(auditEventSchema, null, 2)}\n`,
    },
    coreVersion,
    packageVersion: manifest.version,
  };
}

const versionModule = (/** @type {string} */ version) =>
  `/** The version of this copy of core. A check keeps it equal to package.json. */\nexport const coreVersion = '${version}';\n`;
