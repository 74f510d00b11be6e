/**
 * What authentication adds to a whole request, in CPU time of the server process: the three servers of a framework
 * take turns under the same load, and the figures are medians over the turns.
 */
import { Agent, request } from 'undici';
import { guardKinds, type Framework, type GuardKind } from './frameworks.ts';
import { median } from './statistics.ts';
import type { Algorithm } from './token-set.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

/** One measured framework. */
export interface RequestFigure {
  readonly framework: Framework;
  readonly algorithm: Algorithm;
  /** CPU microseconds per request, unguarded. */
  readonly baseline: number;
  /** Added by a bare Map of known tokens. */
  readonly map: number;
  /** Added by Countersign: verification, decision, audit event. */
  readonly countersign: number;
}

interface RunningServer {
  readonly worker: WorkerProcess;
  readonly port: number;
  readonly tokens: readonly string[];
}

const requestsPerTurn = 2_000;
const turns = 9;
const connections = 8;

async function load({ port, tokens }: RunningServer, agent: Agent): Promise<void> {
  let sent = 0;
  const runner = async (): Promise<void> => {
    while (sent < requestsPerTurn) {
      const token = tokens[sent % tokens.length] ?? '';
      sent += 1;
      const answer = await request(`http://127.0.0.1:${port}/stock/apple`, {
        dispatcher: agent,
        headers: { authorization: `Bearer ${token}` },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`a good request got ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, runner));
}

async function turn(server: RunningServer, agent: Agent): Promise<number> {
  const before = await server.worker.ask<{ microseconds: number }>({ job: 'cpu' });
  await load(server, agent);
  const after = await server.worker.ask<{ microseconds: number }>({ job: 'cpu' });
  return (after.microseconds - before.microseconds) / requestsPerTurn;
}

async function start(framework: Framework, guard: GuardKind, algorithm: Algorithm): Promise<RunningServer> {
  const worker = startWorker();
  return {
    worker,
    ...(await worker.ask<{ port: number; tokens: string[] }>({ job: 'server', framework, guard, algorithm })),
  };
}

/** Measures one framework. */
export async function measureRequests(framework: Framework, algorithm: Algorithm): Promise<RequestFigure> {
  const agent = new Agent({ connections, pipelining: 1 });
  const servers = await Promise.all(guardKinds.map((guard) => start(framework, guard, algorithm)));
  try {
    const times: [number[], number[], number[]] = [[], [], []];
    for (let round = -1; round < turns; round += 1) {
      for (const [index, server] of servers.entries()) {
        const cost = await turn(server, agent);
        // The first round warms up the compiler.
        if (round >= 0) times[index]?.push(cost);
      }
    }
    const [none, map, own] = times;
    const added = (row: readonly number[]): number => median(row.map((cost, index) => cost - (none[index] ?? cost)));
    return { framework, algorithm, baseline: median(none), map: added(map), countersign: added(own) };
  } finally {
    for (const { worker } of servers) worker.stop();
    await agent.close();
  }
}
