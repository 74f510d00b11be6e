/**
 * The decision as attributes of the active OpenTelemetry span. One table of names: the registry has none for
 * authentication, so ours are `countersign.*`, next to the stable `error.type` and `tls.client.*`.
 */
import { trace } from '@opentelemetry/api';
import type { AuditEvent } from './audit-event.ts';
import type { AuditSink } from './audit-sink.ts';

/** Audit field to span attribute. Left out on purpose: subject, jti and serial, which are not for traces. */
export const spanAttributeNames: Readonly<Partial<Record<keyof AuditEvent, string>>> = {
  'event.id': 'countersign.event.id',
  'event.name': 'countersign.event.name',
  'event.outcome': 'countersign.auth.outcome',
  'event.reason': 'error.type',
  'request.id': 'countersign.request.id',
  'caller.id': 'countersign.caller.id',
  'caller.type': 'countersign.caller.type',
  'caller.trust_domain': 'countersign.caller.trust_domain',
  'auth.method': 'countersign.auth.method',
  'auth.assurance': 'countersign.auth.assurance',
  'auth.binding': 'countersign.auth.binding',
  'auth.replay_check': 'countersign.auth.replay_check',
  'auth.revocation_check': 'countersign.auth.revocation_check',
  'token.issuer': 'countersign.token.issuer',
  'token.audience': 'countersign.token.audience',
  'token.client_id': 'countersign.token.client_id',
  'token.scopes': 'countersign.token.scopes',
  'token.jti_hash': 'countersign.token.jti_hash',
  'token.expires_at': 'countersign.token.expires_at',
  'actor.chain': 'countersign.actor.chain',
  'cert.sha256': 'tls.client.hash.sha256',
  'cert.not_after': 'tls.client.not_after',
  'tls.forwarded_by': 'countersign.tls.forwarded_by',
  'tls.forwarded_format': 'countersign.tls.forwarded_format',
  'policy.decision': 'countersign.policy.decision',
  'policy.rule_id': 'security_rule.uuid',
  'policy.mode': 'countersign.policy.mode',
};

const names = Object.entries(spanAttributeNames) as readonly [keyof AuditEvent, string][];

/** Writes the decision onto the active span. Does nothing when no span is recording. */
export function openTelemetrySpan(): AuditSink {
  return {
    write: (event) => {
      const span = trace.getActiveSpan();
      if (span === undefined || !span.isRecording()) return;
      for (const [field, attribute] of names) {
        const value = event[field];
        if (value === undefined) continue;
        span.setAttribute(attribute, typeof value === 'object' ? [...value] : value);
      }
    },
  };
}
