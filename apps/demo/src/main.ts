/**
 * The demo. Starts an issuer, a bank, a queue and six services, each its own process on a free port of 127.0.0.1, sends
 * what must pass and attacks that must not, and shows what each service recorded. `--once` ends after the table, with 0
 * only when every expectation held; otherwise the services run until Ctrl-C.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepAuthorizationFresh } from './authorization-file.ts';
import { scenarioMaterial } from './credentials.ts';
import { curlCommands } from './curl-commands.ts';
import { EventLog } from './event-log.ts';
import { paintFor } from './paint.ts';
import { tapQueue } from './queue-tap.ts';
import { startWorld, type RunningWorld } from './running-world.ts';
import { scenarioOf } from './scenario.ts';
import type { ServiceProcess } from './service-process.ts';
import { runStep, type StepResult } from './step-result.ts';
import { stepTableHead, stepTableRow } from './step-table.ts';
import { calledHead, calledRow, whoCalledWhat } from './who-called-what.ts';

const paint = paintFor(process.stdout, process.env);
const log = new EventLog();

async function runScenario(world: RunningWorld): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const tap = await tapQueue(world.queuePort);
  console.log(stepTableHead(paint));
  for (const step of scenarioOf(await scenarioMaterial(world))) {
    // One after the other: the table is read while it grows.
    // eslint-disable-next-line no-await-in-loop
    const result = await runStep(step, { ca: world.ca, log, tap });
    console.log(stepTableRow(result, paint));
    results.push(result);
  }
  tap.close();
  return results;
}

function tellOutcome(results: readonly StepResult[]): void {
  const traceIds = results.flatMap(({ traceId }) => traceId ?? []);
  console.log(`\n${paint.strong('Who called what')}, from the audit events of all services, joined by trace id.`);
  console.log('A user stands there by a pseudonym, which is the same in every service of the domain.\n');
  console.log(whoCalledWhat(log, traceIds, paint));
  const held = results.filter(({ ok }) => ok).length;
  const verdict = `${held} of ${results.length} expectations held.`;
  console.log(`\n${held === results.length ? paint.good(verdict) : paint.bad(verdict)}`);
}

function tellCommands(world: RunningWorld): void {
  console.log(
    `\n${paint.strong('Try it yourself')}: the services run until Ctrl-C, and the token is renewed until then`,
  );
  for (const { title, command } of curlCommands(world)) console.log(`\n${paint.faint(`# ${title}`)}\n${command}`);
  console.log('');
}

/** Settles when somebody wants the demo to end. Further signals change nothing: package managers send each one twice. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

async function demo(directory: string, isOnce: boolean): Promise<number> {
  const interrupted = interruption();
  const running: ServiceProcess[] = [];
  const onStarted = (service: ServiceProcess): void => void running.unshift(service);
  let stopRefreshing = (): void => undefined;
  // Of an interrupted demo, as shells count it, until there is a better answer.
  let outcome = 130;
  const run = async (): Promise<number> => {
    console.log('Starting an issuer, a bank, a queue and six services, each its own process …\n');
    const world = await startWorld({ directory, log, onStarted });
    const results = await runScenario(world);
    tellOutcome(results);
    outcome = results.every(({ ok }) => ok) ? 0 : 1;
    if (!isOnce) {
      stopRefreshing = await keepAuthorizationFresh(world);
      tellCommands(world);
      console.log(`${paint.strong('Calls from now on')}\n\n${calledHead(paint)}`);
      log.follow((event) => console.log(calledRow(event)));
      await interrupted;
    }
    return outcome;
  };
  try {
    return await Promise.race([run(), interrupted.then(() => outcome)]);
  } finally {
    stopRefreshing();
    await Promise.all(running.map((service) => service.stop()));
  }
}

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const directory = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
// On every way out: the files hold keys.
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
try {
  process.exitCode = await demo(directory, values.once);
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
process.exit();
