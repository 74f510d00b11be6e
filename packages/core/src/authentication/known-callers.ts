/**
 * Makes callers, and knows them again: verified identities that come back as the same frozen objects (a remembered
 * token, the certificate of an open connection) make the same caller, so it is made once.
 */
import type { Outcome } from '../errors/outcome.ts';
import type { Caller, VerifiedIdentity } from '../identity/caller.ts';
import { passSubjectToken } from '../propagation/subject-token.ts';
import { combineIdentities, type AliasTable } from './combine-identities.ts';

type Identities = readonly [VerifiedIdentity, ...VerifiedIdentity[]];

/** Makes the caller of a request from what its mechanisms proved. */
export type CallerOf = (identities: Identities) => Outcome<Caller>;

function isFixed(identity: VerifiedIdentity): boolean {
  return Object.isFrozen(identity) && Object.isFrozen(identity.evidence);
}

/** Makes the maker of a service. What it knows lasts as long as the identities do. */
export function createCallerOf(aliases: AliasTable): CallerOf {
  const alone = new WeakMap<VerifiedIdentity, Outcome<Caller>>();
  const pairs = new WeakMap<VerifiedIdentity, WeakMap<VerifiedIdentity, Outcome<Caller>>>();

  /** The memory for the last identity, beside the ones before it. */
  const memoryOf = (identities: Identities): WeakMap<VerifiedIdentity, Outcome<Caller>> | undefined => {
    if (identities.length > 2 || !identities.every(isFixed)) return undefined;
    if (identities.length === 1) return alone;
    const known = pairs.get(identities[0]) ?? new WeakMap<VerifiedIdentity, Outcome<Caller>>();
    pairs.set(identities[0], known);
    return known;
  };

  return (identities) => {
    const memory = memoryOf(identities);
    const last = identities[identities.length - 1] ?? identities[0];
    const known = memory?.get(last);
    if (known !== undefined) return known;
    const made = combineIdentities(identities, aliases);
    if (made.ok) for (const identity of identities) passSubjectToken(identity, made.value);
    memory?.set(last, made);
    return made;
  };
}
