/**
 * One process of the demo. Its audit events come out of its standard output, one per line. It ends when told to, when
 * this process ends, and when it does not start.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AuditEvent } from '@countersign/core';

/** A running child. */
export interface ServiceProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Where it serves requests, if it told. */
  readonly port: number | undefined;
  /** Asks it to end, and ends it when it does not. */
  stop(): Promise<void>;
}

/** How to start one. */
export interface ServiceStart {
  readonly name: string;
  /** The compiled program. */
  readonly program: string;
  /** Its one argument. */
  readonly argument: string;
  /** PEM file with the demo's certificate authority: a service must trust the certificate of the issuer. */
  readonly caFile?: string;
  readonly onEvent?: (event: AuditEvent) => void;
}

const startLimitMilliseconds = 30_000;
const stopLimitMilliseconds = 3_000;

const children = new Set<ChildProcess>();
// The last resort, on every way out: nothing that was started outlives this process.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function isAuditEvent(value: unknown): value is AuditEvent {
  return typeof value === 'object' && value !== null && 'event.id' in value;
}

/** What a library says on every start on Node 20, where it works all the same (docs/decisions/0008). */
const knownNoise = 'oidc-provider WARNING: Unsupported runtime';

/** Prints what is not an audit event, so that a service in trouble can be read. */
function readLine({ name, onEvent }: ServiceStart, line: string): void {
  try {
    const value: unknown = JSON.parse(line);
    if (isAuditEvent(value)) return onEvent?.(value);
  } catch {
    // Not JSON: a plain line of the service.
  }
  if (!line.includes(knownNoise)) console.error(`[${name}] ${line}`);
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function stop(child: ChildProcess): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMilliseconds);
  child.kill('SIGTERM');
  await exited(child);
  clearTimeout(timer);
}

function ready(child: ChildProcess, name: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} did not start in time.`)), startLimitMilliseconds);
    child.once('message', (message: { readonly port?: number }) => {
      clearTimeout(timer);
      resolve(message.port);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended (${code ?? signal}) before it was ready.`));
    });
  });
}

/** Starts a process and waits until it is ready. One that does not get ready is ended. */
export async function startService(start: ServiceStart): Promise<ServiceProcess> {
  const { name, program, argument, caFile } = start;
  // Its output is a pipe: colours would be noise in it.
  const { FORCE_COLOR: _colour, ...inherited } = process.env;
  const child = fork(program, [argument], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...inherited,
      NO_COLOR: '1',
      NODE_NO_WARNINGS: '1',
      ...(caFile !== undefined && { NODE_EXTRA_CA_CERTS: caFile }),
    },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  for (const input of [child.stdout, child.stderr]) {
    if (input !== null) createInterface({ input }).on('line', (line) => readLine(start, line));
  }
  try {
    return { name, child, port: await ready(child, name), stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}
