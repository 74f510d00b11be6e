/** Attack rows 22 and 23: times are finite numbers, in order, and a life is short. */
import type { ForgedRow, TokenForge } from './token-forge.ts';

const hour = 3_600;

/** The rows. */
export function badTimes({ claims, claim, raw }: TokenForge): readonly ForgedRow[] {
  const now = Number(claims['iat']);
  const later = now + 300;
  const missing = 'TOKEN_CLAIM_MISSING';
  const text = JSON.stringify(claims);
  const written = (name: string, number: string): string =>
    raw({ payload: text.replace(new RegExp(`"${name}":[0-9]+`), () => `"${name}":${number}`) });
  return [
    ...(['exp', 'iat'] as const).flatMap((name): ForgedRow[] => [
      [`${name}: missing`, missing, claim({ [name]: undefined })],
      [`${name}: null`, missing, claim({ [name]: null })],
      [`${name}: a text`, missing, claim({ [name]: String(later) })],
      [`${name}: the text NaN`, missing, claim({ [name]: 'NaN' })],
      [`${name}: zero`, missing, claim({ [name]: 0 })],
      [`${name}: negative`, missing, claim({ [name]: -1 })],
      [`${name}: an object`, missing, claim({ [name]: { valueOf: later } })],
      [`${name}: a list`, missing, claim({ [name]: [later] })],
      [`${name}: true`, missing, claim({ [name]: true })],
      [`${name}: with a fraction`, missing, claim({ [name]: Number(claims[name]) + 0.5 })],
      [`${name}: 2^53`, missing, claim({ [name]: 2 ** 53 })],
      [`${name}: in milliseconds`, missing, claim({ [name]: later * 1000 })],
      [`${name}: 1e400`, ['TOKEN_MALFORMED', missing], written(name, '1e400')],
      [`${name}: -1e400`, ['TOKEN_MALFORMED', missing], written(name, '-1e400')],
    ]),
    ['nbf: a text', missing, claim({ nbf: String(now) })],
    ['nbf: null', missing, claim({ nbf: null })],
    ['nbf: in the future', 'TOKEN_NOT_YET_VALID', claim({ nbf: now + 120 })],
    ['iat: in the future', 'TOKEN_NOT_YET_VALID', claim({ iat: now + 120, exp: now + 240 })],
    ['exp: in the past', 'TOKEN_EXPIRED', claim({ iat: now - hour, exp: now - hour + 300 })],
    ['exp: just past the tolerance', 'TOKEN_EXPIRED', claim({ iat: now - 300, exp: now - 31 })],
    ['exp: before iat', missing, claim({ iat: now, exp: now - 1 })],
    ['exp: at nbf', missing, claim({ nbf: now + 10, exp: now + 10 })],
    ['exp: at iat', missing, claim({ exp: now })],
    ['exp: in ten years', 'TOKEN_LIFETIME_TOO_LONG', claim({ exp: now + 10 * 365 * 24 * hour })],
    ['exp: one second too far', 'TOKEN_LIFETIME_TOO_LONG', claim({ exp: now + 901 })],
  ];
}
