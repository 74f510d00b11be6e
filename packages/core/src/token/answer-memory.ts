/**
 * Answers of an issuer, for as long as they may be believed. Refused tokens have a small memory of their own: a flood of
 * invented ones cannot push out the good ones.
 */
import type { Outcome } from '../errors/outcome.ts';
import { waiverEndsAt } from '../errors/waiver.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AskedRecord } from './introspection-options.ts';
import { judgeAnswerTimes } from './judge-introspection.ts';
import { createTokenCache, weightOf, type Weighed } from './token-cache.ts';
import type { VerifiedToken } from './verify-token.ts';

/** Remembers answers by key. */
export interface AnswerMemory {
  /** The key of a token: whom we ask, and as whom, is part of it. */
  keyOf(token: string): string;
  recall(key: string): Outcome<VerifiedToken> | undefined;
  remember(key: string, token: string, outcome: Outcome<VerifiedToken>): void;
}

interface Remembered extends Weighed {
  readonly outcome: Outcome<VerifiedToken>;
  /** By the monotonic clock. */
  readonly until: number;
}

const longestRefusedMilliseconds = 5_000;
const maximumRefused = 1_000;

/** Makes the memory of a record. */
export function createAnswerMemory(record: AskedRecord, clock: Clock): AnswerMemory {
  const { issuer, introspection, clockToleranceSeconds } = record;
  const { allowMissingAudience: waiver, authentication, endpoint = null } = introspection;
  const good = createTokenCache<Remembered>();
  const refused = createTokenCache<Remembered>({ maximumEntries: maximumRefused });

  /** How long an outcome may be believed, in milliseconds. */
  const lifeOf = (outcome: Outcome<VerifiedToken>): number => {
    const longest = introspection.cacheSeconds * 1000;
    if (!outcome.ok) return Math.min(longest, longestRefusedMilliseconds);
    const now = clock.now();
    return Math.min(
      longest,
      outcome.value.expiresAt - now,
      waiver === undefined ? Infinity : waiverEndsAt(waiver) - now,
    );
  };

  return {
    keyOf: (token) => good.keyOf(JSON.stringify([issuer, endpoint, authentication.clientId, token])),
    recall: (key) => {
      for (const memory of [good, refused]) {
        const known = memory.get(key);
        if (known === undefined) continue;
        if (!(clock.monotonic() < known.until)) memory.delete(key);
        else if (!known.outcome.ok) return known.outcome;
        // The wall clock may have been set since.
        else return judgeAnswerTimes(known.outcome.value.times, clockToleranceSeconds, clock.now()) ?? known.outcome;
      }
      return undefined;
    },
    remember: (key, token, outcome) => {
      const life = lifeOf(outcome);
      if (!(life > 0)) return;
      (outcome.ok ? good : refused).set(key, { outcome, until: clock.monotonic() + life, bytes: weightOf(token) });
    },
  };
}
