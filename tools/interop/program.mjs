/** Runs the programs of others: to their end, with a limit, and never through a shell. */
import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/**
 * @typedef {{ readonly code: number | null, readonly stdout: string, readonly stderr: string }} Ended
 * @typedef {{ readonly input?: string, readonly cwd?: string, readonly limitMs?: number }} Circumstances
 */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Circumstances} [circumstances]
 * @returns {Promise<Ended>} code `null` when it could not be started or was stopped at the limit (30 seconds)
 */
export function runProgram(program, args, { input = '', cwd, limitMs = 30_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (text.stdout += chunk));
    child.stderr.on('data', (chunk) => (text.stderr += chunk));
    const timer = setTimeout(() => child.kill(), limitMs);
    const end = (/** @type {number | null} */ code) => {
      clearTimeout(timer);
      resolve({ code, ...text });
    };
    child.on('error', () => end(null));
    child.on('close', end);
    // A program that ends before it has read its input closes the pipe; that is its answer, not our failure.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/**
 * First line of a program's version, or undefined when it is not installed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RegExp} pattern with one group
 */
export async function versionOf(program, args, pattern) {
  const { code, stdout } = await runProgram(program, args);
  return code === 0 ? pattern.exec(stdout)?.[1] : undefined;
}

/** Asked by Debian's packages before they start a service. */
const servicePolicy = '/usr/sbin/policy-rc.d';

/**
 * Installs a Debian package. The service in it is not started: a proof starts its own, on ports of its own.
 * @param {string} name
 * @throws {Error} when this is not a Debian system, or we may not install
 */
export async function aptInstall(name) {
  if (process.getuid?.() !== 0) throw new Error(`apt-get install ${name} needs root`);
  const args = ['install', '--yes', '--no-install-recommends', name];
  const limitMs = 300_000;
  const isOurs = !existsSync(servicePolicy);
  try {
    if (isOurs) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    if ((await runProgram('apt-get', args, { limitMs })).code === 0) return;
    await runProgram('apt-get', ['update'], { limitMs });
    const { code, stderr } = await runProgram('apt-get', args, { limitMs });
    if (code !== 0)
      throw new Error(`apt-get install ${name}: ${stderr.trim().split('\n').at(-1) || 'apt-get is missing'}`);
  } finally {
    if (isOurs) rmSync(servicePolicy, { force: true });
  }
}

/**
 * @param {boolean} holds
 * @param {string} what was expected
 * @param {Ended} [ended]
 */
export function expectThat(holds, what, ended) {
  if (holds) return;
  const told = ended === undefined ? '' : `\n${ended.stdout.slice(-800)}\n${ended.stderr.slice(-800)}`;
  throw new Error(`expected: ${what}${told}`);
}
