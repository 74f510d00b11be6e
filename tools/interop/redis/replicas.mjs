/** Starts replicas of a service and talks to them: by HTTP as a caller, by message as a test. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * @typedef {{ readonly value?: unknown, readonly error?: string, readonly milliseconds: number }} Told
 * @typedef {object} Replica
 * @property {(what: string, ...given: unknown[]) => Promise<Told>} ask
 * @property {(token: string) => Promise<number>} call the status that the guarded route answers
 * @property {() => string} output everything it printed
 * @property {() => Promise<void>} stop
 */

const script = new URL('replica.mjs', import.meta.url);

/**
 * @param {import('./replica.mjs').ReplicaOptions} options
 * @returns {Promise<Replica>}
 */
export async function startReplica(options) {
  const child = fork(script, [JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'exit');
  const [ready] = await Promise.race([once(child, 'message'), ended]);
  if (typeof ready?.port !== 'number') throw new Error(`a replica did not start:\n${output.slice(-800)}`);
  /** @type {Map<number, (told: Told) => void>} */
  const waiting = new Map();
  child.on('message', (/** @type {Told & { id: number }} */ { id, ...told }) => {
    waiting.get(id)?.(told);
    waiting.delete(id);
  });
  let next = 0;
  return {
    ask: (what, ...given) =>
      new Promise((resolve) => {
        next += 1;
        waiting.set(next, resolve);
        child.send({ id: next, what, given });
      }),
    call: async (token) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`http://127.0.0.1:${ready.port}/stock`, { headers });
      await response.text();
      return response.status;
    },
    output: () => output,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
