/** Who called what: the audit events of all services, joined by trace id. */
import type { AuditEvent } from '@countersign/core';
import { trustDomain } from '@countersign/trust-world-app/cast';
import type { EventLog } from './event-log.ts';
import type { Paint } from './paint.ts';
import { tableHead, tableRow, type Column } from './table.ts';

const columns: readonly Column[] = [
  { title: 'trace', width: 8 },
  { title: 'caller', width: 13 },
  { title: 'for', width: 11 },
  { title: 'actors', width: 16 },
  { title: 'called', width: 13 },
  { title: 'request', width: 29 },
  { title: 'decision', width: 31 },
  { title: 'proven by', width: 19 },
];
const nobody = 'nobody';
const itself = '-';
const proofNames: Readonly<Record<string, string>> = {
  'client-certificate': 'certificate',
  'access-token': 'token',
  'sealed-message': 'seal',
};
const pseudonymLength = 6;

const ourDomain = `spiffe://${trustDomain}/`;

/** A workload in short: its name; for one of another domain, the first part of the domain. */
function shortName(id: string | undefined): string {
  if (id === undefined) return nobody;
  if (id.startsWith('spiffe://') && !id.startsWith(ourDomain))
    return id.slice('spiffe://'.length).split(/[/.]/)[0] ?? id;
  return id.split(/[/#]/).at(-1) ?? id;
}

/** Who acts for the subject, the caller first, then those before it. */
function actorsOf(event: AuditEvent): string {
  return event['actor.chain']?.map(shortName).join(' ← ') ?? itself;
}

/** How the caller was proven. A token that is bound to a key needs the key as well. */
function proofOf(event: AuditEvent): string {
  const methods = event['auth.methods']?.map((method) => proofNames[method] ?? method) ?? ['nothing'];
  return [...methods, ...(event['auth.binding'] === 'jkt' ? ['its key'] : [])].join(' + ');
}

/** The subject, as the audit knows it: by a pseudonym. */
function subjectOf(event: AuditEvent): string {
  const pseudonym = event['user.hash'];
  return pseudonym === undefined ? itself : `user ${pseudonym.slice(0, pseudonymLength)}`;
}

/** What was asked for, over whatever transport. */
function requestOf(event: AuditEvent): string {
  const destination = event['messaging.destination.name'];
  if (destination !== undefined) return `message ${destination}`;
  return `${event['http.request.method'] ?? ''} ${event['http.route'] ?? '(before routing)'}`;
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
    subjectOf(event),
    actorsOf(event),
    shortName(event['service.name']),
    requestOf(event),
    allowed ? 'allowed' : `refused ${event['event.reason'] ?? ''}`,
    proofOf(event),
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
