/** A worker process and how to ask it. */
import { fork, type ChildProcess } from 'node:child_process';
import type { Job } from './worker.ts';

const program = new URL('./worker.js', import.meta.url);

/** A worker. */
export interface WorkerProcess {
  ask<T>(question: Job | { readonly job: 'cpu' }): Promise<T>;
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
