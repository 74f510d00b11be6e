/**
 * Makes the audit event of a decision. The only place where one is made.
 *
 * Callers cannot change, and those of remembered tokens come back: the next event of a caller is a copy of its last one
 * in which the fields of the request are replaced. Copying an object of this size costs 0.1 µs, filling it costs 5.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import type { RefusalDetail } from '../errors/outcome.ts';
import type { Reason } from '../errors/reason.ts';
import type { Caller } from '../identity/caller.ts';
import { uuidv7 } from '../runtime/random-id.ts';
import { safeText, safeTexts } from '../runtime/safe-text.ts';
import type { AuditEvent, AuditEventName } from './audit-event.ts';
import { callerFields } from './caller-fields.ts';
import { eventTime } from './event-time.ts';
import type { Privacy } from './privacy.ts';

/** What was decided about one request. */
export interface DecisionRecord {
  readonly name: AuditEventName;
  readonly facts: RequestFacts;
  readonly service: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly trace: { readonly traceId: string; readonly spanId: string };
  readonly mode: 'enforce' | 'observe';
  readonly policyDecision: AuditEvent['policy.decision'];
  readonly caller?: Caller | undefined;
  readonly rule?: string | undefined;
  readonly reason?: Reason | undefined;
  readonly detail?: RefusalDetail | undefined;
  readonly missingScopes?: readonly string[] | undefined;
  /** Status of the refusal, when the request is refused. */
  readonly status?: number | undefined;
  readonly waivers: readonly string[];
}

const maximumScopes = 64;

function detailText(detail: RefusalDetail): string {
  const parts = [detail.check];
  if (detail.expected !== undefined) parts.push(`expected ${detail.expected}`);
  if (detail.actual !== undefined) parts.push(`actual ${detail.actual}`);
  return safeText(parts.join('; '), 512);
}

/** Where the message was found, also when it is refused. */
function addMessage(event: Draft, destination: string): void {
  const colon = destination.indexOf(':');
  event['messaging.system'] = safeText(destination.slice(0, Math.max(0, colon)));
  event['messaging.destination.name'] = safeText(destination.slice(colon + 1));
}

function addRequest(event: Draft, facts: RequestFacts): void {
  if (facts.transport === 'http' || facts.transport === 'websocket') {
    event['http.request.method'] = safeText(facts.method, 16);
    if (facts.route !== undefined) event['http.route'] = safeText(facts.route);
    return;
  }
  if (facts.transport === 'tls') {
    event['tls.established'] = false;
    return;
  }
  event[facts.transport === 'message' ? 'messaging.operation.name' : 'rpc.method'] = safeText(
    facts.route ?? facts.method,
  );
  if (facts.message !== undefined) addMessage(event, facts.message.destination);
}

/** An event while it is made. */
type Draft = { -readonly [Name in keyof AuditEvent]?: unknown };

function makeEvent(record: DecisionRecord, fieldsOfCaller: object): AuditEvent {
  const { name, facts, trace } = record;
  const event: Draft = {
    'schema.version': '1.0',
    'event.id': uuidv7(record.now),
    'event.name': name,
    'event.time': eventTime(record.now),
    'event.outcome': outcomeOf(name),
  };
  if (record.reason !== undefined) event['event.reason'] = record.reason;
  if (record.detail !== undefined) event['event.reason_detail'] = detailText(record.detail);
  event['request.id'] = facts.requestId;
  event['service.name'] = record.service;
  Object.assign(event, fieldsOfCaller);
  event['policy.decision'] = record.policyDecision;
  if (record.rule !== undefined) event['policy.rule_id'] = safeText(record.rule);
  event['policy.mode'] = record.mode;
  if (record.missingScopes !== undefined) event['required.scopes'] = safeTexts(record.missingScopes, maximumScopes);
  addRequest(event, facts);
  if (record.status !== undefined) event['http.response.status_code'] = record.status;
  event.trace_id = trace.traceId;
  event.span_id = trace.spanId;
  if (record.waivers.length > 0) event.waivers = record.waivers;
  return event as AuditEvent;
}

function outcomeOf(name: AuditEventName): AuditEvent['event.outcome'] {
  return name === 'authz.allow' || name === 'authz.observed' ? 'success' : 'failure';
}

/** Whether an event has no field but those of a request that went on. All others are made from the caller's fields. */
function isPlain({ facts, rule, reason, detail, missingScopes, status, waivers }: DecisionRecord): boolean {
  return (
    facts.transport === 'http' &&
    rule !== undefined &&
    reason === undefined &&
    detail === undefined &&
    missingScopes === undefined &&
    status === undefined &&
    waivers.length === 0
  );
}

/** The event of a plain record, like an earlier one of the same caller that has the same fields. */
function eventLike(earlier: AuditEvent, record: DecisionRecord): AuditEvent {
  const { facts, trace } = record;
  const event: Draft = { ...earlier };
  event['event.id'] = uuidv7(record.now);
  event['event.name'] = record.name;
  event['event.time'] = eventTime(record.now);
  event['event.outcome'] = outcomeOf(record.name);
  event['request.id'] = facts.requestId;
  event['service.name'] = record.service;
  event['policy.decision'] = record.policyDecision;
  event['policy.rule_id'] = safeText(record.rule ?? '');
  event['policy.mode'] = record.mode;
  addRequest(event, facts);
  event.trace_id = trace.traceId;
  event.span_id = trace.spanId;
  return event as AuditEvent;
}

/** What is kept of a caller for its next event. */
interface Kept {
  /** Earlier plain events, before a route was matched and behind it. */
  routed?: AuditEvent;
  unrouted?: AuditEvent;
  /** For events that are not plain: hashing its names anew costs several times what the rest does. */
  fields?: object;
}

const kept = new WeakMap<Privacy, WeakMap<Caller, Kept>>();

function keptOf(caller: Caller, privacy: Privacy): Kept {
  let ofCallers = kept.get(privacy);
  if (ofCallers === undefined) kept.set(privacy, (ofCallers = new WeakMap()));
  let earlier = ofCallers.get(caller);
  if (earlier === undefined) ofCallers.set(caller, (earlier = {}));
  return earlier;
}

/** The event of a decision. */
export function buildAuditEvent(record: DecisionRecord, privacy: Privacy): AuditEvent {
  const { caller, facts } = record;
  if (caller === undefined || !Object.isFrozen(caller)) return makeEvent(record, callerFields(caller, privacy));
  const earlier = keptOf(caller, privacy);
  if (!isPlain(record)) return makeEvent(record, (earlier.fields ??= callerFields(caller, privacy)));
  const place = facts.route === undefined ? 'unrouted' : 'routed';
  const pattern = earlier[place];
  if (pattern !== undefined) return eventLike(pattern, record);
  const event = makeEvent(record, callerFields(caller, privacy));
  // A copy: what a sink does to its event must not show in the next one. Without its ids, which are cut out of long texts
  // and would keep those in memory for as long as the caller is known.
  earlier[place] = { ...event, 'event.id': '', 'request.id': '', trace_id: '', span_id: '' };
  return event;
}
