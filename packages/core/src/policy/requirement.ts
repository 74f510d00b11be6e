/**
 * What a route asks for, as data. Everything written must hold together; an empty requirement does not type-check.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import { checkWaiver, type Waiver } from '../errors/waiver.ts';
import type { Caller } from '../identity/caller.ts';
import { isScopeToken } from '../identity/scope-set.ts';
import type { Decision } from './decision.ts';
import { actorRule, subjectRule, tenantRule } from './party-rules.ts';
import { deny, type Rule } from './requirement-rule.ts';
import { senderConstrainedRule } from './sender-constrained.ts';
import { stepUpRule } from './step-up.ts';
import { workloadMatchers } from './workload-matchers.ts';

/** One of these values, exactly. */
export interface OneOf {
  readonly oneOf: readonly [string, ...string[]];
}

/** One of these subjects. The same name at another issuer is somebody else. */
export interface SubjectOneOf extends OneOf {
  /** Who must vouch for the name. Default: any issuer of the service, so write it where there are several. */
  readonly issuer?: string;
}

/** One of these tenants. The same name at another issuer is another tenant. */
export interface TenantOneOf extends OneOf {
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
  readonly tenant?: 'required' | TenantOneOf;
  /** The subject must have authenticated in this context (`acr`), or in one of these, in order of preference. */
  readonly acr?: string | readonly [string, ...string[]];
  /** The subject must have authenticated (`auth_time`) no longer ago than this, in whole seconds. */
  readonly maxAgeSeconds?: number;
  /** Accepts every verified caller. Takes the reason, because it is the widest door there is. */
  readonly anyCaller?: string;
}

/** What stands beside a part, and asks for nobody by itself. */
export interface RequirementModifiers {
  /** No credential is fine too; a bad one is not. */
  readonly optional?: true;
  /** The caller must be proven by a key it holds: a certificate, or a token bound to a key. A bearer token is not. */
  readonly senderConstrained?: true;
  /**
   * Lets callers pass whose DPoP proof could not be looked up among those used before, while the replay store cannot
   * tell. A wall in front of the route must permit it too.
   */
  readonly allowReplayStoreOutage?: Waiver;
  /** Lets callers pass while the revocation store cannot tell. A wall in front of the route must permit it too. */
  readonly allowRevocationStoreOutage?: Waiver;
}

type AtLeastOne<T> = { [K in keyof T]-?: Required<Pick<T, K>> & Omit<T, K> }[keyof T];

/** What a route asks for: at least one part. */
export type Requirement = AtLeastOne<RequirementParts> & RequirementModifiers;

/** A requirement that was checked once and can decide. Made by `compileRequirement`. */
export interface CompiledRequirement {
  readonly kind: 'requirement' | 'undeclared' | 'unmatched';
  readonly optional: boolean;
  /** As written, for listings. */
  readonly source: Readonly<RequirementParts & RequirementModifiers>;
  /** `now` in epoch milliseconds. */
  decide(caller: Caller, now: number): Decision;
}

const allowed: Decision = { effect: 'allow', rule: 'requirement' };
const outageWaivers = ['allowReplayStoreOutage', 'allowRevocationStoreOutage'] as const;

const known = [
  'caller',
  'scope',
  'anyScope',
  'subject',
  'actor',
  'tenant',
  'acr',
  'maxAgeSeconds',
  'anyCaller',
  'optional',
  'senderConstrained',
  'allowReplayStoreOutage',
  'allowRevocationStoreOutage',
];

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
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
  const { caller, scope, anyScope, subject, actor, tenant, acr, maxAgeSeconds, anyCaller, ...modifiers } =
    requirement as RequirementParts & RequirementModifiers;
  const rules: Rule[] = [];
  if (caller !== undefined) {
    const matchers = workloadMatchers(faults, 'caller', listOf(caller));
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
  // Last: sending a user to authenticate again only makes sense when nothing else is in the way.
  if (acr !== undefined || maxAgeSeconds !== undefined) rules.push(stepUpRule(faults, { acr, maxAgeSeconds }));
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
      'name a caller, a scope, a subject, an actor, a tenant or an acr, or write anyCaller: "why"',
    );
  }
  for (const name of ['optional', 'senderConstrained'] as const) {
    if (modifiers[name] === undefined || modifiers[name] === true) continue;
    faults.add('CONFIG_INVALID', name, 'is not true', `write ${name}: true, or leave it out`);
  }
  const waivers: Partial<Record<(typeof outageWaivers)[number], Waiver>> = {};
  for (const name of outageWaivers) {
    const waiver = modifiers[name];
    if (waiver === undefined) continue;
    // Its date is judged by the clock of the service, on every request.
    checkWaiver(faults, name, waiver, Number.NEGATIVE_INFINITY);
    waivers[name] = Object.freeze({ ...waiver });
  }
  faults.throwIfAny();
  // First: how the caller is proven comes before what it may do.
  if (modifiers.senderConstrained === true) rules.unshift(senderConstrainedRule('requirement'));
  const decide = (who: Caller, now: number): Decision => {
    for (const rule of rules) {
      const denied = rule(who, now);
      if (denied !== undefined) return denied;
    }
    return allowed;
  };
  return Object.freeze({
    kind: 'requirement',
    optional: modifiers.optional === true,
    source: Object.freeze({ ...requirement, ...waivers }),
    decide,
  });
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
