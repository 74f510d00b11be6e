/** One service of the demo as a child process: its audit events come out of its standard output, one per line. */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AuditEvent } from '@countersign/core';

/** A running child. */
export interface ServiceProcess {
  readonly name: string;
  stop(): Promise<void>;
}

/** How to start one. */
export interface ServiceStart {
  readonly name: string;
  /** The compiled program. */
  readonly program: URL;
  readonly settingsFile: string;
  /** PEM file with the demo's certificate authority: the child must trust the issuer's certificate. */
  readonly caFile: string;
  readonly onEvent: (event: AuditEvent) => void;
}

const startLimitMilliseconds = 30_000;

function isAuditEvent(value: unknown): value is AuditEvent {
  return typeof value === 'object' && value !== null && 'event.id' in value;
}

/** Prints what is not an audit event, so that a service in trouble can be read. */
function readLine(start: ServiceStart, line: string): void {
  try {
    const value: unknown = JSON.parse(line);
    if (isAuditEvent(value)) return start.onEvent(value);
  } catch {
    // Not JSON: a plain line of the service.
  }
  console.error(`[${start.name}] ${line}`);
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Starts a service and waits until it serves requests. */
export async function startService(start: ServiceStart): Promise<ServiceProcess> {
  const child = fork(start.program, [start.settingsFile], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: start.caFile, NODE_NO_WARNINGS: '1' },
  });
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => readLine(start, line));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${start.name} did not start in time.`)), startLimitMilliseconds);
    child.once('message', () => {
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${start.name} ended with code ${code} before it was ready.`));
    });
  });
  return {
    name: start.name,
    stop: async () => {
      child.kill('SIGTERM');
      await exited(child);
    },
  };
}
