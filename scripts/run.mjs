// Zero-dependency bootstrap: `npm test` and `npm run demo` work on a fresh clone with only Node and npm.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (!(major > 20 || (major === 20 && minor >= 19))) {
  console.error(`Node >= 20.19 is needed, this is ${process.version}`);
  process.exit(1);
}

/** @type {NodeJS.ProcessEnv} */
const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  npm_config_update_notifier: 'false',
  // Turbo does not hash the version of Node: results of one line must not stand for another.
  NODE_UNDER_TEST: process.versions.node,
};
// `npm run` exports its own configuration as npm_config_*; drop what would make a nested npx or pnpm fail or warn.
for (const name of Object.keys(env)) {
  if (/^npm_(package|lifecycle|execpath|node_execpath|command|config_call$|config_package$)/i.test(name)) {
    delete env[name];
  }
}

const shell = process.platform === 'win32';

/**
 * Runs one command in the repository root; its failure is ours.
 * @param {string} command
 * @param {readonly string[]} args
 */
function sh(command, args) {
  const result = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const wanted = manifest.packageManager.split('+')[0];
const installed = spawnSync('pnpm', ['--version'], { env, encoding: 'utf8', shell });
const isWanted = installed.status === 0 && `pnpm@${installed.stdout.trim()}` === wanted;
const [command = 'pnpm', ...prefix] = isWanted ? ['pnpm'] : ['npx', '--yes', '--prefer-offline', wanted];
const pnpm = (/** @type {string[]} */ ...args) => sh(command, [...prefix, ...args]);
// Through pnpm: turbo needs a `pnpm` binary on PATH, and `pnpm exec` puts its own there.
const turbo = (/** @type {string[]} */ ...args) => pnpm('exec', 'turbo', 'run', ...args);
const build = (/** @type {string} */ filter) => turbo('build', `--filter=${filter}`, '--output-logs=errors-only');

const [task = '', ...rest] = process.argv.slice(2);
/** @type {Record<string, () => void>} */
const tasks = {
  test: () => {
    if (rest.length > 0) return pnpm('exec', 'vitest', 'run', ...rest);
    // Every task that can run does, so that one look shows all faults.
    turbo('--continue=dependencies-successful', 'build', '//#typecheck', '//#lint', '//#format', '//#unit');
    pnpm('exec', 'node', 'tools/check-all.mjs');
  },
  demo: () => {
    build('@countersign/demo-app...');
    pnpm('exec', 'node', 'apps/demo/dist/main.js', ...rest);
  },
  bench: () => {
    build('@countersign/bench...');
    pnpm('exec', 'node', 'bench/dist/main.js', ...rest);
  },
  interop: () => {
    build('./packages/*');
    pnpm('exec', 'node', 'tools/interop/main.mjs', ...rest);
  },
  release: () => {
    // Into empty folders: what an older source left behind must not be published.
    for (const name of readdirSync(join(root, 'packages'))) {
      rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
    }
    turbo('build', '--filter=./packages/*', '--force', '--output-logs=errors-only');
    pnpm('exec', 'node', 'tools/release.mjs', ...rest);
  },
  generate: () => {
    build('@countersign/core');
    pnpm('exec', 'node', 'tools/generate.mjs', ...rest);
  },
};
if (!Object.hasOwn(tasks, task)) {
  console.error(`Unknown task ${task}; one of: ${Object.keys(tasks).join(', ')}`);
  process.exit(1);
}
pnpm('install', '--prefer-offline', '--reporter=append-only', ...(env['CI'] ? ['--frozen-lockfile'] : []));
tasks[task]?.();
