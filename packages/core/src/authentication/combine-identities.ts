/**
 * Makes the Caller, the only place that does: every mechanism of the request must name the same workload. Ids of one
 * workload are joined by the alias table and by nothing else; no alias means a conflict.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { Caller, VerifiedIdentity } from '../identity/caller.ts';
import type { Assurance } from '../identity/evidence.ts';
import { unionOfScopes, type ScopeSet } from '../identity/scope-set.ts';

/** Alias to canonical workload id. */
export type AliasTable = ReadonlyMap<string, string>;

const rank: Record<Assurance, number> = { low: 0, medium: 1, high: 2 };

function mergeScopes(identities: readonly VerifiedIdentity[]): ScopeSet {
  const carrying = identities.filter((identity) => identity.scopes.size > 0);
  const [first] = carrying;
  if (first !== undefined && carrying.length === 1) return first.scopes;
  // Also an empty set must not change: a caller that is known again is the same object for the next request.
  return unionOfScopes(carrying.map(({ scopes }) => scopes));
}

function shared<T>(values: readonly (T | undefined)[], equal: (a: T, b: T) => boolean): T | undefined | 'conflict' {
  let found: T | undefined;
  for (const value of values) {
    if (value === undefined) continue;
    if (found !== undefined && !equal(found, value)) return 'conflict';
    found = value;
  }
  return found;
}

/** Joins what the mechanisms of one request proved. `identities` holds at least one. */
export function combineIdentities(
  identities: readonly [VerifiedIdentity, ...VerifiedIdentity[]],
  aliases: AliasTable,
): Outcome<Caller> {
  const [first] = identities;
  const id = aliases.get(first.workload) ?? first.workload;
  for (const identity of identities) {
    const other = aliases.get(identity.workload) ?? identity.workload;
    if (other !== id) return refuse('IDENTITY_CONFLICT', 'workload', { expected: id, actual: other });
  }
  const subject = shared(
    identities.map((identity) => identity.subject),
    (a, b) => a.issuer === b.issuer && a.id === b.id,
  );
  if (subject === 'conflict') return refuse('IDENTITY_CONFLICT', 'subject');
  const tenant = shared(
    identities.map(({ tenant: name, trustDomain }) => (name === undefined ? undefined : { name, issuer: trustDomain })),
    (a, b) => a.name === b.name && a.issuer === b.issuer,
  );
  if (tenant === 'conflict') return refuse('IDENTITY_CONFLICT', 'tenant');
  const strongest = identities.reduce((best, next) => (rank[next.assurance] > rank[best.assurance] ? next : best));
  return accept(
    Object.freeze({
      id,
      trustDomain: strongest.trustDomain,
      ...(subject !== undefined && { subject: Object.freeze({ ...subject }) }),
      actors: Object.freeze(identities.flatMap((identity) => identity.actors)),
      scopes: mergeScopes(identities),
      roles: Object.freeze(identities.flatMap((identity) => identity.roles)),
      ...(tenant !== undefined && { tenant: tenant.name, tenantIssuer: tenant.issuer }),
      evidence: Object.freeze(identities.map((identity) => identity.evidence)),
      expiresAt: Math.min(...identities.map((identity) => identity.expiresAt)),
      assurance: strongest.assurance,
    }),
  );
}
