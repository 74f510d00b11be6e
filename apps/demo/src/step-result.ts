/** Runs one step of the scenario, and holds what came back and what was recorded against what was expected. */
import type { AuditEvent } from '@countersign/core';
import { send } from './call.ts';
import type { EventLog } from './event-log.ts';
import type { QueueTap } from './queue-tap.ts';
import type { Step } from './step.ts';

/** What came of a step. */
export interface StepResult {
  readonly step: Step;
  /** Undefined when there was no HTTP answer. */
  readonly status: number | undefined;
  /** Of the last refusal that was recorded in the trace. */
  readonly reason: string | undefined;
  readonly traceId: string | undefined;
  readonly ok: boolean;
  /** For people, when something else came than was expected. */
  readonly trouble: string | undefined;
}

/** What steps need. */
export interface StepWorld {
  readonly ca: string;
  readonly log: EventLog;
  readonly tap: QueueTap;
}

/** What came back at once. */
interface Answer {
  readonly traceId: string;
  readonly status?: number;
  readonly body?: string;
}

function isRefusal(event: AuditEvent): boolean {
  return event['event.outcome'] === 'failure';
}

function servicesThatAllowed(events: readonly AuditEvent[]): ReadonlySet<string> {
  const allowed = events.filter((event) => event['event.name'] === 'authz.allow');
  return new Set(allowed.map((event) => event['service.name']));
}

/** The refusal in the trace, after the events that are expected have arrived. */
async function recordedRefusal(
  { hops = 1, reason }: Step,
  traceId: string,
  log: EventLog,
): Promise<AuditEvent | undefined> {
  if (reason !== undefined) return log.waitFor(traceId, isRefusal);
  if (hops > 0) await log.waitFor(traceId, () => servicesThatAllowed(log.ofTrace(traceId)).size >= hops);
  return log.ofTrace(traceId).findLast(isRefusal);
}

function troubleWith(step: Step, { traceId, status, body = '' }: Answer, log: EventLog): string | undefined {
  if ('status' in step && status !== step.status) return `answered ${status ?? 'nothing'}: ${body.slice(0, 200)}`;
  if ('says' in step && !body.includes(step.says ?? '')) return `said ${body.slice(0, 200)}`;
  const { size } = servicesThatAllowed(log.ofTrace(traceId));
  const { hops = 1, reason } = step;
  return reason === undefined && size !== hops ? `recorded by ${size} services, expected ${hops}` : undefined;
}

async function carryOut(step: Step, { ca, tap }: StepWorld): Promise<Answer> {
  if ('message' in step) return { traceId: tap.send(step.message(await tap.heard())) };
  return send(step.call, { ca, ...(step.resumed === true && { resumed: true }) });
}

/** Runs it. Never rejects. */
export async function runStep(step: Step, world: StepWorld): Promise<StepResult> {
  const { log } = world;
  let answer: Answer;
  try {
    answer = await carryOut(step, world);
  } catch (error) {
    const trouble = `no answer: ${error instanceof Error ? error.message : String(error)}`;
    return { step, status: undefined, reason: undefined, traceId: undefined, ok: false, trouble };
  }
  const { status, traceId } = answer;
  const refusal = await recordedRefusal(step, traceId, log);
  const reason = refusal?.['event.reason'];
  const wrongReason = `recorded ${reason ?? 'no refusal'} (${refusal?.['event.reason_detail'] ?? 'no detail'})`;
  const trouble = troubleWith(step, answer, log) ?? (reason === step.reason ? undefined : wrongReason);
  return { step, status, reason, traceId, ok: trouble === undefined, trouble };
}
