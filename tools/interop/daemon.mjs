/** A program that runs until it is stopped, by its process id; the last of what it printed is kept for a failure. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Daemon
 * @property {() => boolean} runs
 * @property {() => string} log the last of what it printed
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop asks it to end, and after five seconds ends it
 */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [environment] added to ours
 * @returns {Daemon}
 */
export function startDaemon(program, args, environment = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const keep = (/** @type {Buffer} */ chunk) => void (log = (log + chunk.toString()).slice(-8000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(`${error.message}\n`)));
  const runs = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    runs,
    log: () => log,
    stop: async (signal = 'SIGTERM') => {
      if (!runs()) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      const last = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(last);
    },
  };
}

/**
 * Waits until something holds.
 * @template T
 * @param {string} what
 * @param {() => Promise<T | undefined> | T | undefined} look
 * @param {number} [limitMs]
 * @returns {Promise<T>}
 */
export async function eventually(what, look, limitMs = 30_000) {
  const end = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await sleep(50);
  }
}
