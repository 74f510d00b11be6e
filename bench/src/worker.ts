/** Runs in a process of its own: one row of a table, or one server whose CPU time is asked for between turns. */
import type { DpopJob } from './dpop/dpop-job.ts';
import type { KeyJob } from './keys/key-job.ts';
import type { MemoryJob } from './memory-job.ts';
import type { OutboundJob } from './outbound/outbound-job.ts';
import type { ServerJob } from './servers/service.ts';
import type { ColdJob, FloodJob, WarmJob } from './verification-job.ts';

/** What a worker is asked. */
export type Question =
  | ColdJob
  | WarmJob
  | FloodJob
  | ServerJob
  | DpopJob
  | KeyJob
  | MemoryJob
  | OutboundJob
  | { readonly job: 'cpu' };

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Loads only what the question needs. */
async function answer(question: Question): Promise<object> {
  if (question.job === 'cpu') return { microseconds: cpuMicroseconds() };
  if (question.job === 'server') return (await import('./servers/server-job.ts')).startServer(question);
  if (question.job === 'dpop') return (await import('./dpop/dpop-job.ts')).measureDpop(question);
  if (question.job === 'keys') return (await import('./keys/key-job.ts')).measureKeys(question);
  if (question.job === 'memory') return (await import('./memory-job.ts')).measureMemory(question);
  if (question.job === 'token-storm' || question.job === 'cached-credential' || question.job === 'dpop-proof') {
    return (await import('./outbound/outbound-job.ts')).measureOutbound(question);
  }
  const { measureCold, measureFlood, measureWarm } = await import('./verification-job.ts');
  if (question.job === 'cold') return measureCold(question);
  return question.job === 'warm' ? measureWarm(question) : measureFlood(question);
}

process.on('message', (question: Question) => {
  answer(question).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
