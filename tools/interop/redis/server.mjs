/** A real redis-server on a free port of loopback, with a password and with its keys on disk, started and stopped by process id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../ports.mjs';

/**
 * @typedef {object} RedisServer
 * @property {number} port
 * @property {() => Promise<void>} start
 * @property {() => Promise<void>} kill as a crash does: without a chance to save anything
 * @property {() => void} pause it accepts connections and answers nothing
 * @property {() => void} resume
 */

/**
 * @param {string} scratch
 * @param {string} password
 * @returns {Promise<RedisServer>}
 */
export async function redisServer(scratch, password) {
  const port = await freePort();
  const config = join(scratch, 'redis.conf');
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${scratch}`,
    'save ""',
    // What was answered is on disk: a crash forgets no key that counts.
    'appendonly yes',
    'appendfsync always',
    'maxmemory-policy noeviction',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  return {
    port,
    start: async () => {
      child = spawn('redis-server', [config], { stdio: 'ignore' });
      for (let attempt = 0; attempt < 200 && !(await answers(port)); attempt += 1) await sleep(50);
    },
    kill: async () => {
      const dying = child;
      child = undefined;
      if (dying === undefined || dying.exitCode !== null) return;
      const ended = once(dying, 'exit');
      dying.kill('SIGCONT');
      dying.kill('SIGKILL');
      await ended;
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
