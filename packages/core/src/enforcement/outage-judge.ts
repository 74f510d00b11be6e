/**
 * Callers about whom a store could not tell, whether their proof of possession was used before or their credential was
 * revoked: refused (503), unless the route has a waiver for it. Asked for every requirement, so a wall and a route
 * behind it both have to permit it.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import { refuse, type Refusal } from '../errors/outcome.ts';
import { isWaiverInForce } from '../errors/waiver.ts';
import type { Caller } from '../identity/caller.ts';
import type { Evidence } from '../identity/evidence.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { revocationUnknown } from '../store/revocation-check.ts';

/** A refusal; or the waivers of the requirement that let the caller on. */
export type OutageJudgement =
  | { readonly refusal: Refusal }
  | { readonly refusal?: undefined; readonly waivers: readonly string[] };

interface Store {
  readonly waiver: 'allowReplayStoreOutage' | 'allowRevocationStoreOutage';
  readonly isUnchecked: (evidence: Evidence) => boolean;
  readonly refusal: Refusal;
}

const stores: readonly Store[] = [
  {
    waiver: 'allowRevocationStoreOutage',
    isUnchecked: ({ revocation }) => revocation === 'unchecked',
    refusal: revocationUnknown,
  },
  {
    waiver: 'allowReplayStoreOutage',
    isUnchecked: (one) => one.kind === 'access-token' && one.replay === 'unchecked',
    refusal: refuse('REPLAY_STORE_UNAVAILABLE', 'proof.jti', { expected: 'an answer of the replay store' }),
  },
];

const fine: OutageJudgement = Object.freeze({ waivers: Object.freeze([]) });

/** Makes the judge. It tells of the waiver of a requirement when it first meets it, and when it first finds it ended. */
export function createOutageJudge({ clock, notify }: Runtime) {
  const told = new WeakSet<object>();
  const ended = new WeakSet<object>();

  const isInForce = (name: Store['waiver'], { source }: CompiledRequirement, { route = '' }: RequestFacts): boolean => {
    const waiver = source[name];
    if (waiver === undefined) return false;
    const stands = isWaiverInForce(waiver, clock.now());
    const { reason, owner, expires } = waiver;
    const seen = stands ? told : ended;
    if (!seen.has(waiver)) {
      seen.add(waiver);
      const code = stands ? 'WAIVER_IN_FORCE' : 'WAIVER_EXPIRED';
      const message = stands ? `A waiver is in force until ${expires}.` : 'A waiver has ended.';
      const option = `requirement.${name}`;
      notify({ code, level: 'warn', message, facts: { option, route, reason, owner, expires } });
    }
    return stands;
  };

  return (facts: RequestFacts, caller: Caller, requirement: CompiledRequirement): OutageJudgement => {
    let waivers: readonly string[] | undefined;
    for (const { waiver, isUnchecked, refusal } of stores) {
      const permitted = isInForce(waiver, requirement, facts);
      if (!caller.evidence.some(isUnchecked)) continue;
      if (!permitted) return { refusal };
      waivers = [...(waivers ?? []), `requirement.${waiver}`];
    }
    return waivers === undefined ? fine : { waivers };
  };
}
