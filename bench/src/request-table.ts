/**
 * What authentication adds to a whole request, in CPU time of the server process: the servers of a framework take turns
 * under the same load, and the figures are medians over the turns. Known tokens: 1,000 in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { Effort } from './effort.ts';
import { startJwksServer } from './keys/jwks-server.ts';
import { startTable } from './markdown-table.ts';
import { commonGuards, guards, type Framework, type Guard } from './servers/service.ts';
import { median, quartiles } from './statistics.ts';
import { createTokenSet, createTokenSigner, type Algorithm, type TokenSet } from './token-set.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

/** One line of the table. */
export interface RequestLine {
  readonly framework: Framework;
  readonly algorithm: Algorithm;
  readonly guard: Guard;
  /** CPU microseconds per request: of the unguarded server, and what the guard adds. */
  readonly microseconds: number;
  readonly quartiles: readonly [number, number];
}

interface RunningServer {
  readonly guard: Guard;
  readonly worker: WorkerProcess;
  readonly port: number;
  readonly costs: number[];
}

interface Load {
  readonly agent: Agent;
  readonly set: TokenSet;
  readonly requests: number;
}

const knownTokens = 1_000;
const connections = 8;

async function send({ port, guard }: RunningServer, { agent, set, requests }: Load): Promise<void> {
  let sent = 0;
  const runner = async (): Promise<void> => {
    while (sent < requests) {
      const token = set.tokens[sent % set.tokens.length] ?? '';
      sent += 1;
      const answer = await request(`http://127.0.0.1:${port}/stock/apple`, {
        dispatcher: agent,
        headers: { authorization: `Bearer ${token}` },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`${guard}: a good request got ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, runner));
}

async function turn(server: RunningServer, load: Load): Promise<number> {
  const before = await server.worker.ask<{ microseconds: number }>({ job: 'cpu' });
  await send(server, load);
  const after = await server.worker.ask<{ microseconds: number }>({ job: 'cpu' });
  return (after.microseconds - before.microseconds) / load.requests;
}

async function measureFramework(
  framework: Framework,
  algorithm: Algorithm,
  { turns, requestsPerTurn, requestsToWarmUp }: Effort,
): Promise<readonly RequestLine[]> {
  const set = createTokenSet(createTokenSigner(algorithm), knownTokens);
  const jwks = await startJwksServer([set.jwk]);
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const agent = new Agent({ connections, pipelining: 1 });
  const servers: RunningServer[] = [];
  try {
    for (const guard of [...commonGuards, ...guards[framework]] as Guard[]) {
      const worker = startWorker();
      const auditPath = join(folder, `${servers.length}.jsonl`);
      const place = { framework, guard, set, jwksUri: jwks.url, auditPath } as const;
      const { port } = await worker.ask<{ port: number }>({ job: 'server', ...place });
      servers.push({ guard, worker, port, costs: [] });
    }
    for (let round = -1; round < turns; round += 1) {
      for (const server of servers) {
        const requests = round < 0 ? requestsToWarmUp : requestsPerTurn;
        const cost = await turn(server, { agent, set, requests });
        if (round >= 0) server.costs.push(cost);
      }
    }
  } finally {
    for (const { worker } of servers) worker.stop();
    await agent.close();
    await jwks.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const bare = servers[0]?.costs ?? [];
  return servers.map(({ guard, costs }) => {
    const added = guard === 'unguarded' ? costs : costs.map((cost, index) => cost - (bare[index] ?? cost));
    return { framework, algorithm, guard, microseconds: median(added), quartiles: quartiles(added) };
  });
}

/** Measures and prints. */
export async function requestTable(effort: Effort): Promise<readonly RequestLine[]> {
  const table = startTable('A whole request (CPU µs of the server process; known tokens)', [
    'framework',
    'algorithm',
    'guard',
    '#µs: unguarded, then added',
    'quartiles',
    '#of a bare Map guard (whole request)',
  ]);
  const all: RequestLine[] = [];
  for (const framework of Object.keys(guards) as Framework[]) {
    for (const algorithm of ['ES256', 'RS256'] as const) {
      const lines = await measureFramework(framework, algorithm, effort);
      all.push(...lines);
      const base = lines[0]?.microseconds ?? Number.NaN;
      const map = base + (lines[1]?.microseconds ?? Number.NaN);
      for (const { guard, microseconds, quartiles: spread } of lines) {
        const whole = guard === 'unguarded' ? base : base + microseconds;
        const cost = guard === 'unguarded' ? microseconds.toFixed(0) : `+${microseconds.toFixed(0)}`;
        table.row(
          framework,
          algorithm,
          guard,
          cost,
          spread.map((value) => value.toFixed(0)).join(' to '),
          (whole / map).toFixed(2),
        );
      }
    }
  }
  return all;
}
