/** Who called what: the audit events of all services, joined by trace id. */
import type { AuditEvent } from '@countersign/core';
import type { EventLog } from './event-log.ts';
import type { Paint } from './paint.ts';
import { tableHead, tableRow, type Column } from './table.ts';

const columns: readonly Column[] = [
  { title: 'trace', width: 8 },
  { title: 'caller', width: 10 },
  { title: 'called', width: 9 },
  { title: 'request', width: 29 },
  { title: 'decision', width: 31 },
  { title: 'proven by', width: 19 },
];
const nobody = 'nobody';
const proofNames: Readonly<Record<string, string>> = { 'client-certificate': 'certificate', 'access-token': 'token' };

/** The last part of a workload id. */
function shortName(id: string | undefined): string {
  return id?.split('/').at(-1) ?? nobody;
}

/** One event for each request at each service. Where the wall and the route both decided, the later one is final. */
export function finalEvents(events: readonly AuditEvent[]): readonly AuditEvent[] {
  const byRequest = new Map<string, AuditEvent>();
  for (const event of events) {
    const key = `${event['service.name']} ${event['request.id']}`;
    byRequest.delete(key);
    byRequest.set(key, event);
  }
  return [...byRequest.values()];
}

function cells(event: AuditEvent): readonly string[] {
  const allowed = event['event.outcome'] === 'success';
  return [
    event.trace_id.slice(0, 8),
    shortName(event['caller.id']),
    shortName(event['service.name']),
    `${event['http.request.method'] ?? ''} ${event['http.route'] ?? '(before routing)'}`,
    allowed ? 'allowed' : `refused ${event['event.reason'] ?? ''}`,
    event['auth.methods']?.map((method) => proofNames[method] ?? method).join(' + ') ?? 'nothing',
  ];
}

/** Title and rule. */
export function calledHead(paint: Paint): string {
  return paint.strong(tableHead(columns));
}

/** The line of one event. */
export function calledRow(event: AuditEvent): string {
  return tableRow(columns, cells(event));
}

/** The table, trace by trace. */
export function whoCalledWhat(log: EventLog, traceIds: readonly string[], paint: Paint): string {
  const rows = traceIds.flatMap((traceId) => finalEvents(log.ofTrace(traceId)).map(calledRow));
  return [calledHead(paint), ...rows].join('\n');
}
