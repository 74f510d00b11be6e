/** The parts of a requirement about the parties of a call besides the caller: subject, actor (RFC 8693 §4.1), tenant. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { OneOf, RequirementParts, SubjectOneOf, TenantOneOf } from './requirement.ts';
import { deny, type Rule } from './requirement-rule.ts';
import { workloadMatchers } from './workload-matchers.ts';

function isOneOf(value: unknown, beside: readonly string[] = []): value is OneOf {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.keys(value).some((name) => name !== 'oneOf' && !beside.includes(name))) return false;
  const list = (value as { oneOf?: unknown }).oneOf;
  return Array.isArray(list) && list.length > 0 && list.every((entry) => typeof entry === 'string' && entry !== '');
}

/** One of these names, of one issuer where it says so. */
function isVouchedOneOf(value: unknown): value is SubjectOneOf & TenantOneOf {
  if (!isOneOf(value, ['issuer'])) return false;
  const { issuer } = value as { readonly issuer?: unknown };
  return issuer === undefined || (typeof issuer === 'string' && issuer !== '');
}

/** Who the call is for. */
export function subjectRule(faults: FaultCollector, subject: NonNullable<RequirementParts['subject']>): Rule {
  if (subject === 'required') return (who) => (who.subject ? undefined : deny('subject', 'SUBJECT_REQUIRED'));
  if (subject === 'none') return (who) => (who.subject ? deny('subject', 'SUBJECT_NOT_ALLOWED') : undefined);
  if (!isVouchedOneOf(subject)) {
    const fix = 'write "required", "none" or { oneOf: [...], issuer: "https://…" }';
    faults.add('CONFIG_INVALID', 'subject', 'is not understood', fix);
    return () => deny('subject', 'SUBJECT_REQUIRED');
  }
  const { issuer } = subject;
  const ids = new Set(subject.oneOf);
  return ({ subject: found }) => {
    const isOne = found !== undefined && ids.has(found.id) && (issuer === undefined || found.issuer === issuer);
    return isOne ? undefined : deny('subject', 'SUBJECT_REQUIRED');
  };
}

/** Who acts for the subject. */
export function actorRule(faults: FaultCollector, actor: NonNullable<RequirementParts['actor']>): Rule {
  // The outermost actor is the caller itself (RFC 8693 §4.1): inner actors are history and decide nothing.
  if (actor === 'required') return (who) => (who.actors.length > 0 ? undefined : deny('actor', 'ACTOR_NOT_ALLOWED'));
  if (actor === 'none') return (who) => (who.actors.length > 0 ? deny('actor', 'ACTOR_NOT_ALLOWED') : undefined);
  if (!isOneOf(actor)) {
    faults.add('CONFIG_INVALID', 'actor', 'is not understood', 'write "required", "none" or { oneOf: [...] }');
    return () => deny('actor', 'ACTOR_NOT_ALLOWED');
  }
  const matchers = workloadMatchers(faults, 'actor.oneOf', actor.oneOf);
  return (who) =>
    who.actors.length > 0 && matchers.some((matches) => matches(who.id))
      ? undefined
      : deny('actor', 'ACTOR_NOT_ALLOWED');
}

/** Whose tenant it is. */
export function tenantRule(faults: FaultCollector, tenant: NonNullable<RequirementParts['tenant']>): Rule {
  if (tenant === 'required')
    return (who) => (who.tenant !== undefined ? undefined : deny('tenant', 'TENANT_NOT_ALLOWED'));
  if (!isVouchedOneOf(tenant)) {
    const fix = 'write "required" or { oneOf: [...], issuer: "https://…" }';
    faults.add('CONFIG_INVALID', 'tenant', 'is not understood', fix);
    return () => deny('tenant', 'TENANT_NOT_ALLOWED');
  }
  const { issuer } = tenant;
  const names = new Set(tenant.oneOf);
  return ({ tenant: name, tenantIssuer }) => {
    const isOne = name !== undefined && names.has(name) && (issuer === undefined || tenantIssuer === issuer);
    return isOne ? undefined : deny('tenant', 'TENANT_NOT_ALLOWED');
  };
}
