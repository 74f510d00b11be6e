/**
 * A process that answers questions: one line of JSON each way. Our workloads and the peer on go-spiffe speak it alike,
 * so that a proof reads the same from both sides.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Nothing that is asked takes longer. */
const limitMs = 90_000;

/**
 * @typedef {object} AskedProcess
 * @property {(what: string, given?: object) => Promise<any>} ask rejects with what the process gives as its reason
 * @property {() => string} output what it printed besides its answers
 * @property {() => Promise<void>} stop
 */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {AskedProcess}
 */
export function startAsked(program, args) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk) => void (output = (output + chunk).slice(-4000)));
  child.on('error', (error) => void (output += error.message));
  child.stdin.on('error', () => {});
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  const over = new Promise((resolve) => child.once('close', resolve));
  void over.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`the process has ended:\n${output.slice(-800)}`));
    waiting.clear();
  });
  createInterface(child.stdout).on('line', (line) => {
    const { id, value, error } = JSON.parse(line);
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  let next = 0;
  return {
    ask: (what, given = {}) =>
      new Promise((resolve, reject) => {
        if (child.exitCode !== null) {
          reject(new Error(`the process has ended:\n${output.slice(-800)}`));
          return;
        }
        next += 1;
        const id = next;
        const late = () => {
          waiting.delete(id);
          reject(new Error(`no answer to ${what} within ${limitMs / 1000} s:\n${output.slice(-800)}`));
        };
        const timer = setTimeout(late, limitMs);
        const clear = () => clearTimeout(timer);
        waiting.set(id, { resolve: (value) => (clear(), resolve(value)), reject: (error) => (clear(), reject(error)) });
        child.stdin.write(`${JSON.stringify({ ...given, id, what })}\n`);
      }),
    output: () => output,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
