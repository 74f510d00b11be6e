/**
 * Callers whose proof of possession could not be looked up among those used before, because the store could not tell:
 * refused (503), unless the route has a waiver for it. Asked for every requirement, so a wall and a route behind it both
 * have to permit it.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import { refuse, type Refusal } from '../errors/outcome.ts';
import { isWaiverInForce } from '../errors/waiver.ts';
import type { Caller } from '../identity/caller.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** A refusal; or the waivers of the requirement that let the caller on. */
export type ReplayJudgement =
  | { readonly refusal: Refusal }
  | { readonly refusal?: undefined; readonly waivers: readonly string[] };

const option = 'requirement.allowReplayStoreOutage';
const fine: ReplayJudgement = Object.freeze({ waivers: Object.freeze([]) });
const waived: ReplayJudgement = Object.freeze({ waivers: Object.freeze([option]) });

/** Makes the judge. It tells of the waiver of a requirement when it first meets it, and when it first finds it ended. */
export function createReplayOutage({ clock, notify }: Runtime) {
  const told = new WeakSet<object>();
  const ended = new WeakSet<object>();

  const isInForce = ({ source }: CompiledRequirement, { route = '' }: RequestFacts): boolean => {
    const waiver = source.allowReplayStoreOutage;
    if (waiver === undefined) return false;
    const stands = isWaiverInForce(waiver, clock.now());
    const { reason, owner, expires } = waiver;
    const seen = stands ? told : ended;
    if (!seen.has(waiver)) {
      seen.add(waiver);
      const code = stands ? 'WAIVER_IN_FORCE' : 'WAIVER_EXPIRED';
      const message = stands ? `A waiver is in force until ${expires}.` : 'A waiver has ended.';
      notify({ code, level: 'warn', message, facts: { option, route, reason, owner, expires } });
    }
    return stands;
  };

  return (facts: RequestFacts, caller: Caller, requirement: CompiledRequirement): ReplayJudgement => {
    const permitted = isInForce(requirement, facts);
    if (!caller.evidence.some((one) => one.kind === 'access-token' && one.replay === 'unchecked')) return fine;
    if (permitted) return waived;
    return { refusal: refuse('REPLAY_STORE_UNAVAILABLE', 'proof.jti', { expected: 'an answer of the replay store' }) };
  };
}
