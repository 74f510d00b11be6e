/**
 * Packs every package and asks independent checkers whether it can be published: `npm run release -- --dry-run`.
 * Publishes only where the pipeline says so: with CI and COUNTERSIGN_RELEASE=publish in the environment.
 * See docs/how-to/release.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pnpm } from './pnpm.mjs';
import { packAll, staleBuild, tarballFaults } from './tarball.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const [option, ...more] = process.argv.slice(2);
const dryRun = option === '--dry-run';
if (more.length > 0 || (option !== undefined && !dryRun)) {
  console.error('Usage: npm run release -- --dry-run');
  process.exit(1);
}
if (!dryRun && !(process.env['CI'] && process.env['COUNTERSIGN_RELEASE'] === 'publish')) {
  console.error('Only the pipeline publishes (CI, COUNTERSIGN_RELEASE=publish). Try: npm run release -- --dry-run');
  process.exit(1);
}

const faults = await packagesAreFit();
console.log((await changesetStatus()).trim());
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
if (dryRun) console.log('Dry run: nothing was published.');
else console.log(await pnpm(['exec', 'changeset', 'publish'], root));

/** Packs, and runs our own check of the contents, publint and attw on every tarball. */
async function packagesAreFit() {
  const work = mkdtempSync(join(realpathSync(tmpdir()), 'countersign-release-'));
  try {
    const found = [];
    for (const tarball of await packAll(root, work)) {
      const own = [...tarballFaults(tarball), ...staleBuild(tarball)];
      const told = [
        await fault('publint', [tarball.path, '--strict']),
        await fault('attw', [tarball.path, '--profile', 'esm-only', '--no-emoji']),
      ].filter((text) => text !== undefined);
      const kilobytes = ([...tarball.files.values()].reduce((sum, one) => sum + one.length, 0) / 1024).toFixed(0);
      const fit = own.length + told.length === 0;
      const size = `${tarball.files.size} files, ${kilobytes} kB`;
      console.log(`${tarball.name.padEnd(24)} ${fit ? 'fit' : 'not fit'}  ${basename(tarball.path)} (${size})`);
      found.push(...own, ...told.map((text) => `${tarball.name}: ${text}`));
    }
    return found;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} tool
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>} what it says, when it is not content
 */
async function fault(tool, args) {
  try {
    await pnpm(['exec', tool, ...args], root);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What the next release would be. A clone of the pipeline may have no branch `main`; then its own commit is the base. */
function changesetStatus() {
  const has = (/** @type {string} */ ref) =>
    spawnSync('git', ['rev-parse', '--verify', '--quiet', ref], { cwd: root }).status === 0;
  if (has('main')) return pnpm(['exec', 'changeset', 'status'], root);
  const base = has('origin/main') ? 'origin/main' : 'HEAD';
  console.log(`There is no branch main here; compared with ${base}.`);
  return pnpm(['exec', 'changeset', 'status', '--since', base], root);
}
