import { expect, test } from 'vitest';
import type { IssuerRecord } from './issuer.ts';
import { isWithin, judgeTimes, standingTimeOf, type TokenTimes } from './judge-times.ts';
import { now, recordWith } from './token.test-kit.ts';

const record = recordWith();
const lenient: IssuerRecord = { ...record, clockToleranceSeconds: 30, maxLifetimeSeconds: 86_400 };
const fractions: IssuerRecord = { ...record, clockToleranceSeconds: 2.25, maxLifetimeSeconds: 299.5 };
const undated: IssuerRecord = { ...record, profile: { ...record.profile, issuedAtOptional: true } };

/** Instants around every second that could matter, in epoch milliseconds. */
function instantsAround(times: TokenTimes, { clockToleranceSeconds: tolerance, maxLifetimeSeconds }: IssuerRecord) {
  const edges = [times.exp, times.iat, times.nbf, times.endsEarly].filter((at) => typeof at === 'number');
  const ends = edges.flatMap((at) => [at, at - maxLifetimeSeconds]);
  const seconds = ends.flatMap((at) => [at - tolerance, at, at + tolerance]);
  return seconds.flatMap((at) => [-2000, -1001, -1000, -999, -1, 0, 1, 999, 1000, 1001].map((by) => at * 1000 + by));
}

const rows: readonly (readonly [string, TokenTimes, IssuerRecord])[] = [
  ['exp and iat', { exp: now + 290, iat: now - 10 }, record],
  ['an nbf after iat', { exp: now + 290, iat: now - 10, nbf: now + 5 }, record],
  ['an nbf before iat', { exp: now + 290, iat: now - 10, nbf: now - 20 }, record],
  ['an end before exp', { exp: now + 290, iat: now - 10, endsEarly: now + 100 }, record],
  ['a wide tolerance', { exp: now + 290, iat: now - 10, nbf: now - 5 }, lenient],
  ['fractions of a second', { exp: now + 289, iat: now - 10, nbf: now - 5 }, fractions],
  ['no iat', { exp: now + 290 }, undated],
  ['no iat, but nbf', { exp: now + 290, nbf: now - 10 }, undated],
];

test.each(rows)('within its standing time a token passes every date, with %s', (_, times, by) => {
  const stands = standingTimeOf(times, by);
  expect(stands.until).toBeGreaterThan(stands.from);
  for (const instant of instantsAround(times, by)) {
    if (isWithin(stands, instant)) expect([instant, judgeTimes(times, by, instant)]).toEqual([instant, undefined]);
  }
});

test.each(rows.filter(([name]) => name !== 'fractions of a second'))(
  'outside of it there is a date to refuse, with %s',
  (_, times, by) => {
    const stands = standingTimeOf(times, by);
    for (const instant of instantsAround(times, by)) {
      expect([instant, judgeTimes(times, by, instant) === undefined]).toEqual([instant, isWithin(stands, instant)]);
    }
  },
);

test.each([Number.NaN, Infinity, -Infinity, 0, -1])('a clock that answers %s is within no time', (instant) => {
  expect(isWithin(standingTimeOf({ exp: now + 290, iat: now - 10 }, record), instant)).toBe(false);
});
