/** Makes the audit event of a decision. The only place where one is made. */
import type { RequestFacts } from '../credential/request-facts.ts';
import type { RefusalDetail } from '../errors/outcome.ts';
import type { Reason } from '../errors/reason.ts';
import type { Caller } from '../identity/caller.ts';
import type { AccessTokenEvidence, ClientCertificateEvidence, Evidence, TokenBinding } from '../identity/evidence.ts';
import { uuidv7 } from '../runtime/random-id.ts';
import { safeText } from '../runtime/safe-text.ts';
import type { AuditEvent, AuditEventName, AuthMethod } from './audit-event.ts';
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

const maximumAudiences = 8;
const maximumScopes = 64;
const maximumActors = 8;

function texts(values: Iterable<string>, limit: number): readonly string[] {
  const kept: string[] = [];
  for (const value of values) {
    if (kept.length >= limit) break;
    kept.push(safeText(value));
  }
  // Events of one caller share their lists: a sink that shortens its own must not shorten the next one's.
  return Object.freeze(kept);
}

/** RFC 3339 in UTC; claims can hold instants that Date cannot. */
function time(epochMilliseconds: number): string {
  const date = new Date(epochMilliseconds);
  return Number.isNaN(date.getTime()) ? 'invalid' : date.toISOString();
}

const tokenMethods: Readonly<Record<TokenBinding, AuthMethod>> = {
  none: 'jwt_bearer',
  'x5t#S256': 'mtls_bound_token',
  jkt: 'dpop',
};

function methodOf(evidence: readonly Evidence[]): AuthMethod {
  const token = evidence.find((one): one is AccessTokenEvidence => one.kind === 'access-token');
  // How a token is bound says more than how it was read.
  if (token?.binding === 'none' && token.tokenType === 'opaque') return 'introspection';
  if (token !== undefined) return tokenMethods[token.binding];
  return evidence.length > 0 ? 'mtls' : 'none';
}

function tokenFields(token: AccessTokenEvidence, caller: Caller, privacy: Privacy): object {
  return {
    'auth.binding': token.binding,
    ...(token.replay !== undefined && { 'auth.replay_check': token.replay }),
    ...(token.revocation !== undefined && { 'auth.revocation_check': token.revocation }),
    'token.type': safeText(token.tokenType),
    'token.issuer': safeText(token.issuer),
    'token.audience': texts(token.audience, maximumAudiences),
    'token.profile': safeText(token.profile),
    ...(token.clientId !== undefined && { 'token.client_id': safeText(token.clientId) }),
    'token.scopes': texts([...caller.scopes].sort(), maximumScopes),
    ...(caller.roles.length > 0 && { 'token.roles': texts(caller.roles, maximumScopes) }),
    ...(token.jti !== undefined && privacy.jti(token.issuer, safeText(token.jti))),
    ...(token.keyId !== undefined && { 'token.kid': safeText(token.keyId) }),
    ...(token.algorithm !== undefined && { 'token.alg': safeText(token.algorithm) }),
    ...(token.issuedAt !== undefined && { 'token.issued_at': time(token.issuedAt) }),
    'token.expires_at': time(token.expiresAt),
  };
}

function certificateFields(certificate: ClientCertificateEvidence): object {
  return {
    'cert.sha256': safeText(certificate.sha256),
    'cert.serial': safeText(certificate.serialNumber),
    'cert.not_after': time(certificate.notAfter),
  };
}

const made = new WeakMap<Privacy, WeakMap<Caller, object>>();

/** Callers cannot change, and those of remembered tokens come back: their part of an event is made once. */
function callerFields(caller: Caller, privacy: Privacy): object {
  let known = made.get(privacy);
  if (known === undefined) {
    known = new WeakMap();
    made.set(privacy, known);
  }
  let fields = known.get(caller);
  if (fields === undefined) {
    fields = makeCallerFields(caller, privacy);
    if (Object.isFrozen(caller)) known.set(caller, fields);
  }
  return fields;
}

function makeCallerFields(caller: Caller, privacy: Privacy): object {
  const fields: object[] = [];
  for (const evidence of caller.evidence) {
    fields.push(
      evidence.kind === 'access-token' ? tokenFields(evidence, caller, privacy) : certificateFields(evidence),
    );
  }
  return Object.assign(
    {
      'caller.id': safeText(caller.id, 2048),
      'caller.type': caller.id.startsWith('oauth:') ? 'oauth_client' : 'workload',
      'caller.trust_domain': safeText(caller.trustDomain),
      'auth.method': methodOf(caller.evidence),
      'auth.methods': texts(new Set(caller.evidence.map((one) => one.kind)), maximumActors),
      'auth.assurance': caller.assurance,
      ...(caller.subject !== undefined && privacy.subject({ ...caller.subject, id: safeText(caller.subject.id) })),
      ...(caller.tenant !== undefined && { 'user.tenant': safeText(caller.tenant) }),
      ...(caller.actors.length > 0 && { 'actor.chain': texts(caller.actors, maximumActors) }),
    },
    ...fields,
  );
}

const anonymous = Object.freeze({ 'caller.type': 'anonymous', 'auth.method': 'none', 'auth.assurance': 'none' });

function detailText(detail: RefusalDetail): string {
  const parts = [detail.check];
  if (detail.expected !== undefined) parts.push(`expected ${detail.expected}`);
  if (detail.actual !== undefined) parts.push(`actual ${detail.actual}`);
  return safeText(parts.join('; '), 512);
}

function addRequest(event: Draft, facts: RequestFacts): void {
  if (facts.transport === 'http' || facts.transport === 'websocket') {
    event['http.request.method'] = safeText(facts.method, 16);
    if (facts.route !== undefined) event['http.route'] = safeText(facts.route);
    return;
  }
  event[facts.transport === 'message' ? 'messaging.operation.name' : 'rpc.method'] = safeText(
    facts.route ?? facts.method,
  );
}

/** An event while it is made. Filled field by field: this runs for every request, and spreading costs three times that. */
type Draft = { -readonly [Name in keyof AuditEvent]?: unknown };

/** The event of a decision. */
export function buildAuditEvent(record: DecisionRecord, privacy: Privacy): AuditEvent {
  const { name, facts, caller, trace } = record;
  const event: Draft = {
    'schema.version': '1.0',
    'event.id': uuidv7(record.now),
    'event.name': name,
    'event.time': time(record.now),
    'event.outcome': name === 'authz.allow' || name === 'authz.observed' ? 'success' : 'failure',
  };
  if (record.reason !== undefined) event['event.reason'] = record.reason;
  if (record.detail !== undefined) event['event.reason_detail'] = detailText(record.detail);
  event['request.id'] = facts.requestId;
  event['service.name'] = record.service;
  Object.assign(event, caller === undefined ? anonymous : callerFields(caller, privacy));
  event['policy.decision'] = record.policyDecision;
  if (record.rule !== undefined) event['policy.rule_id'] = safeText(record.rule);
  event['policy.mode'] = record.mode;
  if (record.missingScopes !== undefined) event['required.scopes'] = texts(record.missingScopes, maximumScopes);
  addRequest(event, facts);
  if (record.status !== undefined) event['http.response.status_code'] = record.status;
  event.trace_id = trace.traceId;
  event.span_id = trace.spanId;
  if (record.waivers.length > 0) event.waivers = record.waivers;
  return event as AuditEvent;
}
