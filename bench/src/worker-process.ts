/** A worker process and how to ask it. */
import { fork, type ChildProcess } from 'node:child_process';
import type { Question } from './worker.ts';

const program = new URL('./worker.js', import.meta.url);

/** A worker. */
export interface WorkerProcess {
  ask<T>(question: Question): Promise<T>;
  stop(): void;
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a benchmark worker ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

/** Starts a worker. */
export function startWorker(): WorkerProcess {
  const child = fork(program, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--expose-gc', '--no-deprecation'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return {
    ask: (question) => {
      const answer = answerOf<never>(child);
      child.send(question);
      return answer;
    },
    stop: () => void child.kill(),
  };
}

/** Asks one question of a process that has never done anything else. */
export async function askOnce<T>(question: Question): Promise<T> {
  const worker = startWorker();
  try {
    return await worker.ask<T>(question);
  } finally {
    worker.stop();
  }
}
