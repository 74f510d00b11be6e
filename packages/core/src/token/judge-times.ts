/** Judges the dates of a token (RFC 7519 §4.1.4 to §4.1.6): whole seconds, in order, and a bounded life. */
import { refuse, type Refusal } from '../errors/outcome.ts';
import type { JsonValue } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';

/** The refusal of a claim that is absent or of the wrong type. */
export function missing(claim: string, expected: string): Refusal {
  return refuse('TOKEN_CLAIM_MISSING', claim, { expected });
}

// Seconds beyond this are milliseconds in disguise (the year 5138), or an overflow.
const latestSeconds = 1e11;

/** A NumericDate (RFC 7519 §2) in whole seconds, as authorization servers write it. */
export function isNumericDate(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= latestSeconds;
}

/** The dates of a token, before they are judged. */
export interface TokenTimes {
  readonly exp?: JsonValue | undefined;
  readonly iat?: JsonValue | undefined;
  readonly nbf?: JsonValue | undefined;
  /** A date before `exp` after which the token no longer counts, in epoch seconds; see the profile. */
  readonly endsEarly?: number | undefined;
}

/** Judges the dates at an instant in epoch milliseconds. */
export function judgeTimes(times: TokenTimes, record: IssuerRecord, now: number): Refusal | undefined {
  const { exp, iat, nbf, endsEarly } = times;
  const { clockToleranceSeconds: tolerance, maxLifetimeSeconds, profile } = record;
  if (!isNumericDate(exp)) return missing('exp', 'whole seconds since 1970');
  if (!isNumericDate(iat) && !(iat === undefined && profile.issuedAtOptional === true)) {
    return missing('iat', 'whole seconds since 1970');
  }
  if (nbf !== undefined && !isNumericDate(nbf)) return missing('nbf', 'whole seconds since 1970');
  const seconds = now / 1000;
  const found = (at: number) => ({ actual: `${at}, clock ${Math.floor(seconds)}` });
  if (iat !== undefined && exp <= iat) return missing('exp', 'a time after iat');
  if (nbf !== undefined && exp <= nbf) return missing('exp', 'a time after nbf');
  // Each demand is written so that a clock which answers no number refuses.
  if (iat !== undefined && !(iat <= seconds + tolerance)) return refuse('TOKEN_NOT_YET_VALID', 'iat', found(iat));
  if (nbf !== undefined && !(nbf <= seconds + tolerance)) return refuse('TOKEN_NOT_YET_VALID', 'nbf', found(nbf));
  if (!(seconds < exp + tolerance)) return refuse('TOKEN_EXPIRED', 'exp', found(exp));
  if (endsEarly !== undefined && !(seconds < endsEarly + tolerance)) {
    return refuse('TOKEN_EXPIRED', 'warnafter', found(endsEarly));
  }
  // Without iat, what is left of the life is bounded.
  const life = exp - (iat ?? Math.floor(seconds + tolerance));
  if (life > maxLifetimeSeconds) {
    return refuse('TOKEN_LIFETIME_TOO_LONG', 'exp', {
      expected: `at most ${maxLifetimeSeconds} s`,
      actual: `${life} s`,
    });
  }
  return undefined;
}

/** Whole seconds within which nothing about the dates of a token changes. */
export interface StandingTime {
  readonly from: number;
  /** The first second in which the dates must be judged again. */
  readonly until: number;
}

/**
 * When a token whose dates were good is good again, by the same record: `judgeTimes`, solved for the clock. Rounded to
 * the safe side, so that outside of it the token must be judged, not refused.
 */
export function standingTimeOf(times: TokenTimes, record: IssuerRecord): StandingTime {
  const { exp, iat, nbf, endsEarly = Infinity } = times as Readonly<Record<keyof TokenTimes, number | undefined>>;
  const { clockToleranceSeconds: tolerance, maxLifetimeSeconds } = record;
  const end = exp ?? 0;
  // Without iat, the life that is left grows too long when the clock is set back.
  const start = Math.max(iat ?? Math.ceil(end - maxLifetimeSeconds), nbf ?? 0);
  return { from: Math.ceil(start - tolerance), until: Math.floor(Math.min(end, endsEarly) + tolerance) };
}

/** Whether an instant in epoch milliseconds lies within. A clock that answers no number does not. */
export function isWithin({ from, until }: StandingTime, now: number): boolean {
  const seconds = now / 1000;
  return seconds >= from && seconds < until;
}
