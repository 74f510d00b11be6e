/**
 * Picks the issuer record that may judge a token: by the exact text of its `iss`, and by the trust domain of a SPIFFE
 * ID in `sub` where no issuer is named or known, as with JWT-SVIDs. Both are unverified here: they select a record, and
 * the record then demands them of the verified token.
 */
import { refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import { issuerOfSubject } from './jwt-svid-profile.ts';
import { legacyIssuer } from './kubernetes-profile.ts';
import type { Trust, Trusts } from './trusts.ts';

function isUnknown(outcome: Outcome<Trust>): boolean {
  return !outcome.ok && outcome.reason === 'TOKEN_ISSUER_UNKNOWN';
}

/** Selects by unverified claims. */
export function selectTrust(trusts: Trusts, { iss, sub }: JsonObject): MaybePromise<Outcome<Trust>> {
  if (iss === legacyIssuer) {
    return refuse('TOKEN_LEGACY_SERVICE_ACCOUNT', 'iss', { expected: 'a bound token', actual: iss });
  }
  const domain = issuerOfSubject(sub);
  if (typeof iss !== 'string') {
    if (iss === undefined && domain !== undefined) return trusts.find(domain);
    return refuse('TOKEN_ISSUER_UNKNOWN', 'iss', { expected: 'a text' });
  }
  const named = trusts.find(iss);
  if (domain === undefined) return named;
  const orDomain = (outcome: Outcome<Trust>): MaybePromise<Outcome<Trust>> =>
    isUnknown(outcome) ? trusts.find(domain) : outcome;
  return named instanceof Promise ? named.then(orDomain) : orDomain(named);
}
