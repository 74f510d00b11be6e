/** Public names around a decision: policy, audit, propagation. */

// policy
export { classAccess } from '../policy/class-access.ts';
export type { NotedOn } from '../policy/class-access.ts';
export type { AllowDecision, Decision, DenyDecision, PolicyReason, StepUp } from '../policy/decision.ts';
export {
  assertDeclared,
  configuredTwice,
  describeAccess,
  handshakeAccess,
  publicAccess,
  requirementAccess,
  requirementOf,
  undeclaredAccess,
} from '../policy/declared-access.ts';
export type { Declared, DeclaredAccess, DeclaredConnection } from '../policy/declared-access.ts';
export { pathTemplates } from '../policy/path-templates.ts';
export type { Policy, PolicyRequest } from '../policy/policy.ts';
export { compileRequirement, undeclaredRoute, unmatchedRoute } from '../policy/requirement.ts';
export type {
  CompiledRequirement,
  OneOf,
  Requirement,
  RequirementModifiers,
  RequirementParts,
  SubjectOneOf,
  TenantOneOf,
} from '../policy/requirement.ts';
export type { RouteAccess, RouteDeclaration } from '../policy/route-declaration.ts';

// audit
export { auditEventSchema } from '../audit/audit-event-schema.ts';
export type { AuditEvent, AuditEventName, AuthMethod } from '../audit/audit-event.ts';
export { fanOut, required } from '../audit/audit-sink.ts';
export type { AuditSink } from '../audit/audit-sink.ts';
export { jsonLines } from '../audit/json-lines.ts';
export type { JsonLinesOptions } from '../audit/json-lines.ts';
export { memorySink } from '../audit/memory-sink.ts';
export type { MemorySink } from '../audit/memory-sink.ts';
export { openTelemetrySpan, spanAttributeNames } from '../audit/open-telemetry.ts';
export { hashJti } from '../audit/privacy.ts';
export type { PrivacyOptions } from '../audit/privacy.ts';

// propagation
export {
  currentCaller,
  currentContext,
  maybeCurrentCaller,
  runInContext,
  runOutsideRequest,
} from '../propagation/caller-context.ts';
export type { Answering, RequestContext } from '../propagation/caller-context.ts';
export { subjectTokenOf } from '../propagation/subject-token.ts';
export type { SubjectToken } from '../propagation/subject-token.ts';
export { formatTraceparent } from '../propagation/trace-context.ts';
export type { TraceContext } from '../propagation/trace-context.ts';
