/**
 * The JSON Schema (2020-12) of audit events, as data. docs/reference/audit-event.schema.json is generated from it.
 * Additive from here on: fields are added, never renamed or removed; a reader ignores what it does not know.
 */
import { reasons } from '../errors/reason.ts';
import type { AuditEvent } from './audit-event.ts';

type Property = Readonly<Record<string, unknown>>;

const text: Property = { type: 'string' };
const instant: Property = { type: 'string', format: 'date-time' };
const textList: Property = { type: 'array', items: { type: 'string' } };
const oneOf = (...values: readonly string[]): Property => ({ type: 'string', enum: values });
const hex = (digits: number): Property => ({ type: 'string', pattern: `^[0-9a-f]{${digits}}$` });

const properties: Readonly<Record<keyof AuditEvent, Property>> = {
  'schema.version': { const: '1.0' },
  'event.id': { type: 'string', format: 'uuid', description: 'UUID version 7.' },
  'event.name': oneOf('authn.failure', 'authz.allow', 'authz.deny', 'authz.observed'),
  'event.time': instant,
  'event.outcome': oneOf('success', 'failure'),
  'event.reason': oneOf(...Object.keys(reasons)),
  'event.reason_detail': { ...text, maxLength: 4096 },
  'request.id': text,
  'service.name': text,
  'caller.id': text,
  'caller.type': oneOf('workload', 'oauth_client', 'anonymous'),
  'caller.trust_domain': text,
  'auth.method': oneOf(
    'mtls',
    'forwarded_mtls',
    'jwt_bearer',
    'introspection',
    'mtls_bound_token',
    'dpop',
    'sealed_message',
    'none',
  ),
  'auth.methods': textList,
  'auth.assurance': oneOf('high', 'medium', 'low', 'none'),
  'auth.binding': oneOf('x5t#S256', 'jkt', 'none'),
  'auth.replay_check': oneOf('unchecked', 'waived'),
  'auth.revocation_check': oneOf('unchecked', 'waived'),
  'token.type': text,
  'token.profile': text,
  'token.issuer': text,
  'token.audience': textList,
  'token.caller_claim': text,
  'token.client_id': text,
  'token.scopes': textList,
  'token.roles': textList,
  'token.jti_hash': { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
  'token.jti': text,
  'token.kid': text,
  'token.alg': text,
  'token.issued_at': instant,
  'token.expires_at': instant,
  'user.hash': { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
  'user.id': text,
  'user.tenant': text,
  'actor.chain': textList,
  'cert.sha256': { type: 'string', pattern: '^[0-9A-F]{64}$' },
  'cert.serial': text,
  'cert.not_after': instant,
  'tls.forwarded_by': text,
  'tls.forwarded_format': text,
  'tls.forwarded_element': { type: 'integer', minimum: 1 },
  'policy.decision': oneOf('allow', 'deny', 'not_applicable', 'error'),
  'policy.rule_id': text,
  'policy.mode': oneOf('enforce', 'observe'),
  'required.scopes': textList,
  'http.request.method': text,
  'http.route': text,
  'http.response.status_code': { type: 'integer', minimum: 400, maximum: 599 },
  'rpc.method': text,
  'tls.established': { const: false },
  'messaging.operation.name': text,
  'messaging.system': text,
  'messaging.destination.name': text,
  'messaging.message.id': text,
  'messaging.redelivered': { type: 'boolean' },
  trace_id: hex(32),
  span_id: hex(16),
  waivers: textList,
};

const always: readonly (keyof AuditEvent)[] = [
  'schema.version',
  'event.id',
  'event.name',
  'event.time',
  'event.outcome',
  'request.id',
  'service.name',
  'caller.type',
  'auth.method',
  'auth.assurance',
  'policy.decision',
  'policy.mode',
  'trace_id',
  'span_id',
];

/** The schema. */
export const auditEventSchema: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://countersign.dev/schemas/audit-event-1.0.json',
  title: 'Countersign audit event',
  description: 'One record per authentication and authorization decision.',
  type: 'object',
  required: always,
  properties,
};
