/** Starts pnpm: the one on the PATH, which is ours under `npm test`; otherwise the pinned one through npx. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const shell = process.platform === 'win32';
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
/** @type {readonly string[] | undefined} */
let found;

function command() {
  found ??=
    spawnSync('pnpm', ['--version'], { shell }).status === 0
      ? ['pnpm']
      : ['npx', '--yes', '--prefer-offline', manifest.packageManager];
  return found;
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<string>} what it printed
 * @throws {Error} with what it printed, when it ends with another code than 0
 */
export function pnpm(args, cwd) {
  const [program = 'pnpm', ...before] = command();
  return run(program, [...before, ...args], { cwd });
}

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string }} place
 * @returns {Promise<string>}
 */
export function run(program, args, { cwd }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      shell: shell && program !== process.execPath,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${[program, ...args].join(' ').slice(0, 160)} ended with ${code}\n${text.trim()}`));
    });
  });
}
