/** Finds the claim that names the calling client: the one the operator chose, or those of the profile, if they agree. */
import { accept, type Outcome } from '../errors/outcome.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';
import { isText } from './judge-audience.ts';
import { missing } from './judge-times.ts';

/** Reads the name. One name in two claims that differ would let the caller choose. */
export function callerNameOf(
  claims: JsonObject,
  {
    callerClaim,
    otherCallerClaims,
  }: Pick<IssuerRecord, 'callerClaim'> & Partial<Pick<IssuerRecord, 'otherCallerClaims'>>,
): Outcome<string> {
  let name = claims[callerClaim];
  for (const other of otherCallerClaims ?? []) {
    const value = claims[other];
    if (name !== undefined && value !== undefined && value !== name)
      return missing(other, `the same as ${callerClaim}`);
    name ??= value;
  }
  return isText(name) ? accept(name) : missing(callerClaim, 'a text');
}
