/** Judges the header of a token by its profile and its issuer record, before any key is looked up. */
import { refuse, type Refusal } from '../errors/outcome.ts';
import { isAlgorithm } from '../signature/algorithms.ts';
import type { ParsedJws } from '../signature/jws.ts';
import type { IssuerRecord } from './issuer.ts';
import type { TokenProfile } from './profile.ts';

/** Whether a `typ` header is one of the profile's, written in any case. */
function isTypeOf(profile: TokenProfile, type: string | undefined): boolean {
  if (type === undefined) return profile.typeOptional === true;
  return profile.types.includes(type.toLowerCase());
}

/** Judges. Answers nothing when all is well; the algorithm is then one of the record's. */
export function judgeHeader(jws: ParsedJws, record: IssuerRecord): Refusal | undefined {
  const { algorithm, keyId, type } = jws;
  const { profile, algorithms } = record;
  if (!isTypeOf(profile, type)) {
    const expected = profile.typeOptional === true ? `none or ${profile.types[0]}` : profile.types[0];
    return refuse('TOKEN_TYPE_UNEXPECTED', 'typ', { expected: expected ?? profile.name, actual: type ?? 'none' });
  }
  if (!isAlgorithm(algorithm) || !algorithms.has(algorithm)) {
    return refuse('TOKEN_ALGORITHM_REFUSED', 'alg', { expected: [...algorithms].join(' '), actual: algorithm });
  }
  const { headerMembers, keyIdRequired } = profile;
  if (headerMembers !== undefined) {
    const foreign = Object.keys(jws.header).find((name) => !headerMembers.includes(name));
    if (foreign !== undefined) {
      return refuse('TOKEN_MALFORMED', 'header', { expected: headerMembers.join(' '), actual: foreign });
    }
  }
  if (keyIdRequired === true && keyId === undefined) {
    return refuse('TOKEN_KEY_UNKNOWN', 'kid', { expected: 'a kid' });
  }
  return undefined;
}
