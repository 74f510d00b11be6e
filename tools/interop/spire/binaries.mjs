/**
 * The programs of the SPIFFE project, built from their Go modules into a cache outside the checkout: spire-server,
 * spire-agent, and our peer on go-spiffe. What is there in the pinned version is used again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../program.mjs';

const sources = fileURLToPath(new URL('.', import.meta.url));
const folder = join(homedir(), '.cache', 'countersign-interop', 'spire', 'bin');
/** A cold build compiles some 1,500 packages and several clouds' clients. */
const buildLimitMs = 25 * 60_000;

/** @type {{ readonly server: string, readonly agent: string, readonly peer: string }} */
export const binaries = {
  server: join(folder, 'spire-server'),
  agent: join(folder, 'spire-agent'),
  // Our own source has no version; what it was built from is in its name.
  peer: join(folder, `peer-${digestOf(join(sources, 'peer'))}`),
};

/** @param {string} module the folder of a Go module */
function digestOf(module) {
  const hash = createHash('sha256');
  for (const name of readdirSync(module).toSorted()) hash.update(name).update(readFileSync(join(module, name)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * The pinned version of a module.
 * @param {string} file
 * @param {string} module
 */
function pinned(file, module) {
  const [, version = ''] = new RegExp(`${module} v([0-9.]+)`).exec(readFileSync(join(sources, file), 'utf8')) ?? [];
  return version;
}

const spireVersion = pinned('go.mod', 'github.com/spiffe/spire');
const peerVersion = pinned('peer/go.mod', 'github.com/spiffe/go-spiffe/v2');

/**
 * Whether a program of SPIRE is there, in the pinned version.
 * @param {string} program
 */
async function isBuilt(program) {
  const { code, stdout, stderr } = await runProgram(program, ['--version']);
  return code === 0 && (stdout + stderr).startsWith(spireVersion);
}

/** @returns {Promise<string | undefined>} undefined when a program is missing or of another version */
export async function builtVersion() {
  const isComplete = existsSync(binaries.peer) && (await isBuilt(binaries.server)) && (await isBuilt(binaries.agent));
  return isComplete ? `${spireVersion}, go-spiffe ${peerVersion}` : undefined;
}

/**
 * Builds what is missing.
 * @throws {Error} when there is no Go, or the modules cannot be had
 */
export async function build() {
  if ((await runProgram('go', ['version'])).code !== 0) throw new Error('the Go toolchain is missing');
  mkdirSync(folder, { recursive: true });
  // After one another: each link step alone takes a gigabyte. What is in Go's own cache is not compiled again.
  for (const name of /** @type {const} */ (['agent', 'server'])) {
    if (await isBuilt(binaries[name])) continue;
    console.error(`spire: building spire-${name}, which takes minutes`);
    await go('.', ['build', '-ldflags=-s -w', '-o', binaries[name], `github.com/spiffe/spire/cmd/spire-${name}`]);
  }
  await go('peer', ['build', '-o', binaries.peer, '.']);
}

/**
 * @param {string} module
 * @param {readonly string[]} args
 */
async function go(module, [command = '', ...args]) {
  const ended = await runProgram('go', [command, '-buildvcs=false', ...args], {
    cwd: join(sources, module),
    limitMs: buildLimitMs,
  });
  if (ended.code === 0) return;
  throw new Error(`go ${command} in ${module}: ${ended.stderr.trim().split('\n').at(-1) || 'stopped at the limit'}`);
}
