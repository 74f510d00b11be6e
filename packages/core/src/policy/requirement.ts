/**
 * What a route asks for, as data. Everything written must hold together; an empty requirement does not type-check.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Caller } from '../identity/caller.ts';
import { isScopeToken } from '../identity/scope-set.ts';
import { parseWorkloadPattern, type WorkloadMatcher } from '../identity/workload-pattern.ts';
import type { Decision, DenyDecision, PolicyReason } from './decision.ts';

/** One of these values, exactly. */
export interface OneOf {
  readonly oneOf: readonly [string, ...string[]];
}

/** One of these subjects. The same name at another issuer is somebody else. */
export interface SubjectOneOf extends OneOf {
  /** Who must vouch for the name. Default: any issuer of the service, so write it where there are several. */
  readonly issuer?: string;
}

/** The things a route can ask for. */
export interface RequirementParts {
  /** Workload id, or pattern on segment boundaries; with several, one must match. */
  readonly caller?: string | readonly [string, ...string[]];
  /** Scope, or scopes: all of them. */
  readonly scope?: string | readonly [string, ...string[]];
  /** At least one of these scopes. */
  readonly anyScope?: readonly [string, ...string[]];
  /** The request must be for a subject, for one of these, or for none. */
  readonly subject?: 'required' | 'none' | SubjectOneOf;
  /** The caller must act for the subject under delegation (`act`), as one of these workloads, or not at all. */
  readonly actor?: 'required' | 'none' | OneOf;
  /** The token must name a tenant, or one of these. */
  readonly tenant?: 'required' | OneOf;
  /** Accepts every verified caller. Takes the reason, because it is the widest door there is. */
  readonly anyCaller?: string;
}

type AtLeastOne<T> = { [K in keyof T]-?: Required<Pick<T, K>> & Omit<T, K> }[keyof T];

/** What a route asks for: at least one part. */
export type Requirement = AtLeastOne<RequirementParts> & {
  /** No credential is fine too; a bad one is not. */
  readonly optional?: true;
};

/** A requirement that was checked once and can decide. Made by `compileRequirement`. */
export interface CompiledRequirement {
  readonly kind: 'requirement' | 'undeclared' | 'unmatched';
  readonly optional: boolean;
  /** As written, for listings. */
  readonly source: Readonly<RequirementParts>;
  decide(caller: Caller): Decision;
}

type Rule = (caller: Caller) => DenyDecision | undefined;

const allowed: Decision = { effect: 'allow', rule: 'requirement' };
const known = ['caller', 'scope', 'anyScope', 'subject', 'actor', 'tenant', 'anyCaller', 'optional'];

function deny(part: string, reason: PolicyReason, scope?: readonly string[]): DenyDecision {
  const rule = `requirement.${part}`;
  return scope === undefined ? { effect: 'deny', rule, reason } : { effect: 'deny', rule, reason, scope };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function isOneOf(value: unknown, beside: readonly string[] = []): value is OneOf {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.keys(value).some((name) => name !== 'oneOf' && !beside.includes(name))) return false;
  const list = (value as { oneOf?: unknown }).oneOf;
  return Array.isArray(list) && list.length > 0 && list.every((entry) => typeof entry === 'string' && entry !== '');
}

function matchersOf(faults: FaultCollector, option: string, patterns: readonly string[]): readonly WorkloadMatcher[] {
  const matchers: WorkloadMatcher[] = [];
  if (!Array.isArray(patterns) || patterns.length === 0) {
    faults.add('CONFIG_INVALID', option, 'is empty', 'name at least one workload');
    return matchers;
  }
  for (const pattern of patterns) {
    const parsed = parseWorkloadPattern(pattern);
    if (parsed.ok) matchers.push(parsed.matches);
    else
      faults.add(
        'CONFIG_INVALID',
        option,
        parsed.problem,
        'write an id like spiffe://prod.example/orders, or a final /**',
      );
  }
  return matchers;
}

function scopesOf(faults: FaultCollector, option: string, value: string | readonly string[]): readonly string[] {
  const scopes = listOf(value);
  if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every((s) => typeof s === 'string' && isScopeToken(s))) {
    faults.add(
      'CONFIG_INVALID',
      option,
      'is not a list of scopes',
      'write one scope per element, e.g. "inventory:read"',
    );
    return [];
  }
  return Object.freeze([...scopes]);
}

/**
 * Checks a requirement once, at start, and makes it able to decide. `where` names the route in errors.
 * @throws {ConfigurationError} with every fault of the requirement.
 */
export function compileRequirement(requirement: Requirement, where: string): CompiledRequirement {
  const faults = new FaultCollector(`The requirement of ${where}`);
  if (typeof requirement !== 'object' || requirement === null) {
    faults.add('CONFIG_MISSING', 'requirement', 'is not an object', 'write e.g. { scope: "inventory:read" }');
    faults.throwIfAny();
  }
  faults.onlyKnown(requirement, known);
  const { caller, scope, anyScope, subject, actor, tenant, anyCaller, optional } = requirement as RequirementParts & {
    readonly optional?: true;
  };
  const rules: Rule[] = [];
  if (caller !== undefined) {
    const matchers = matchersOf(faults, 'caller', listOf(caller));
    rules.push((who) =>
      matchers.some((matches) => matches(who.id)) ? undefined : deny('caller', 'CALLER_NOT_ALLOWED'),
    );
  }
  if (subject !== undefined) rules.push(subjectRule(faults, subject));
  if (actor !== undefined) rules.push(actorRule(faults, actor));
  if (tenant !== undefined) rules.push(tenantRule(faults, tenant));
  if (scope !== undefined) {
    const wanted = scopesOf(faults, 'scope', scope);
    rules.push((who) =>
      wanted.every((s) => who.scopes.has(s)) ? undefined : deny('scope', 'SCOPE_INSUFFICIENT', wanted),
    );
  }
  if (anyScope !== undefined) {
    const wanted = scopesOf(faults, 'anyScope', anyScope);
    rules.push((who) =>
      wanted.some((s) => who.scopes.has(s)) ? undefined : deny('anyScope', 'SCOPE_INSUFFICIENT', wanted),
    );
  }
  if (anyCaller !== undefined) {
    if (typeof anyCaller !== 'string' || anyCaller.trim() === '') {
      faults.add('CONFIG_INVALID', 'anyCaller', 'has no reason', 'say why every verified caller is welcome here');
    }
    if (caller !== undefined) {
      faults.add('CONFIG_CONFLICT', 'anyCaller', 'contradicts caller', 'keep one of the two');
    }
  } else if (rules.length === 0) {
    faults.add(
      'CONFIG_MISSING',
      'requirement',
      'asks for nothing',
      'name a caller, a scope, a subject, an actor or a tenant, or write anyCaller: "why"',
    );
  }
  if (optional !== undefined && optional !== true) {
    faults.add('CONFIG_INVALID', 'optional', 'is not true', 'write optional: true, or leave it out');
  }
  faults.throwIfAny();
  const decide = (who: Caller): Decision => {
    for (const rule of rules) {
      const denied = rule(who);
      if (denied !== undefined) return denied;
    }
    return allowed;
  };
  return Object.freeze({
    kind: 'requirement',
    optional: optional === true,
    source: Object.freeze({ ...requirement }),
    decide,
  });
}

function subjectRule(faults: FaultCollector, subject: NonNullable<RequirementParts['subject']>): Rule {
  if (subject === 'required') return (who) => (who.subject ? undefined : deny('subject', 'SUBJECT_REQUIRED'));
  if (subject === 'none') return (who) => (who.subject ? deny('subject', 'SUBJECT_NOT_ALLOWED') : undefined);
  const { issuer } = (subject ?? {}) as Partial<SubjectOneOf>;
  if (!isOneOf(subject, ['issuer']) || (issuer !== undefined && (typeof issuer !== 'string' || issuer === ''))) {
    const fix = 'write "required", "none" or { oneOf: [...], issuer: "https://…" }';
    faults.add('CONFIG_INVALID', 'subject', 'is not understood', fix);
    return () => deny('subject', 'SUBJECT_REQUIRED');
  }
  const ids = new Set(subject.oneOf);
  return ({ subject: found }) => {
    const isOne = found !== undefined && ids.has(found.id) && (issuer === undefined || found.issuer === issuer);
    return isOne ? undefined : deny('subject', 'SUBJECT_REQUIRED');
  };
}

function actorRule(faults: FaultCollector, actor: NonNullable<RequirementParts['actor']>): Rule {
  // The outermost actor is the caller itself (RFC 8693 §4.1): inner actors are history and decide nothing.
  if (actor === 'required') return (who) => (who.actors.length > 0 ? undefined : deny('actor', 'ACTOR_NOT_ALLOWED'));
  if (actor === 'none') return (who) => (who.actors.length > 0 ? deny('actor', 'ACTOR_NOT_ALLOWED') : undefined);
  if (!isOneOf(actor)) {
    faults.add('CONFIG_INVALID', 'actor', 'is not understood', 'write "required", "none" or { oneOf: [...] }');
    return () => deny('actor', 'ACTOR_NOT_ALLOWED');
  }
  const matchers = matchersOf(faults, 'actor.oneOf', actor.oneOf);
  return (who) =>
    who.actors.length > 0 && matchers.some((matches) => matches(who.id))
      ? undefined
      : deny('actor', 'ACTOR_NOT_ALLOWED');
}

function tenantRule(faults: FaultCollector, tenant: NonNullable<RequirementParts['tenant']>): Rule {
  if (tenant === 'required')
    return (who) => (who.tenant !== undefined ? undefined : deny('tenant', 'TENANT_NOT_ALLOWED'));
  if (!isOneOf(tenant)) {
    faults.add('CONFIG_INVALID', 'tenant', 'is not understood', 'write "required" or { oneOf: [...] }');
    return () => deny('tenant', 'TENANT_NOT_ALLOWED');
  }
  const names = new Set(tenant.oneOf);
  return (who) =>
    who.tenant !== undefined && names.has(who.tenant) ? undefined : deny('tenant', 'TENANT_NOT_ALLOWED');
}

/** The requirement of a route that declared nothing: refused, after the caller was verified. */
export const undeclaredRoute: CompiledRequirement = Object.freeze({
  kind: 'undeclared',
  optional: false,
  source: Object.freeze({}),
  decide: () => ({ effect: 'deny', rule: 'route.undeclared', reason: 'ROUTE_UNDECLARED' }) as const,
});

/** The requirement of a request that matched no route: any verified caller learns of the 404, nobody else. */
export const unmatchedRoute: CompiledRequirement = Object.freeze({
  kind: 'unmatched',
  optional: false,
  source: Object.freeze({}),
  decide: () => ({ effect: 'allow', rule: 'route.unmatched' }) as const,
});
