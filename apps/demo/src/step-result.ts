/** Runs one step of the scenario, and holds what came back and what was recorded against what was expected. */
import type { AuditEvent } from '@countersign/core';
import { send, type CallAnswer } from './call.ts';
import type { EventLog } from './event-log.ts';
import type { Step } from './scenario.ts';

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
  { hops, reason }: Step,
  traceId: string,
  log: EventLog,
): Promise<AuditEvent | undefined> {
  if (reason !== undefined) return log.waitFor(traceId, isRefusal);
  await log.waitFor(traceId, () => servicesThatAllowed(log.ofTrace(traceId)).size >= (hops ?? 1));
  return log.ofTrace(traceId).findLast(isRefusal);
}

function troubleWith(step: Step, answer: CallAnswer, log: EventLog): string | undefined {
  if (answer.status !== step.status) return `answered ${answer.status}: ${answer.body.slice(0, 200)}`;
  const { size } = servicesThatAllowed(log.ofTrace(answer.traceId));
  if (step.reason === undefined && size !== step.hops) return `recorded by ${size} services, expected ${step.hops}`;
  return undefined;
}

/** Runs it. Never rejects. */
export async function runStep(step: Step, { ca, log }: StepWorld): Promise<StepResult> {
  let answer: CallAnswer;
  try {
    answer = await send(step.call, { ca, ...(step.resumed === true && { resumed: true }) });
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
