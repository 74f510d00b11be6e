/**
 * Judges the claims of a token whose signature has verified: RFC 9068 §4, RFC 7519 §4.1, and the rules of its profile.
 * Exact texts, whole seconds, one audience, a bounded life; a confirmation that is not understood refuses.
 */
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import { callerNameOf } from './caller-name.ts';
import { readConfirmation, type Confirmation } from './confirmation.ts';
import type { IssuerRecord } from './issuer.ts';
import { isText, judgeRecipient } from './judge-audience.ts';
import { judgeTimes, missing, type TokenTimes } from './judge-times.ts';
import { readGrants, type Grants } from './read-grants.ts';
import type { TokenIdentity } from './token-identity.ts';

/** What a token is judged by. */
export interface TokenContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Audiences of this service. */
  readonly audience: readonly string[];
}

/** The claims of a good token. Times in epoch milliseconds. */
export interface VerifiedToken extends Grants {
  readonly identity: TokenIdentity;
  readonly audience: readonly string[];
  readonly jti: string | undefined;
  /** The claim `sub`, whomever it names. */
  readonly sub?: string | undefined;
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
  /** The dates as the token carries them, to be judged again. */
  readonly times: TokenTimes;
  /** Keys that the request must prove as well. Not judged here: the same token may come over several connections. */
  readonly confirmation: Confirmation | undefined;
}

/** Whether the token is of the kind that the profile describes. */
function judgeKind(claims: JsonObject, { profile }: IssuerRecord): Refusal | undefined {
  const foreign = profile.foreignClaims?.find((name) => claims[name] !== undefined);
  if (foreign !== undefined) return refuse('TOKEN_TYPE_UNEXPECTED', foreign, { expected: 'an access token' });
  if (profile.fixedTexts === undefined) return undefined;
  for (const [name, values] of Object.entries(profile.fixedTexts)) {
    const value = claims[name];
    if (typeof value === 'string' && values.includes(value)) continue;
    return refuse('TOKEN_TYPE_UNEXPECTED', name, { expected: values.join(' or ') });
  }
  return undefined;
}

function judgeTexts(claims: JsonObject, record: IssuerRecord): Refusal | undefined {
  for (const name of record.profile.requiredTexts) if (!isText(claims[name])) return missing(name, 'a text');
  // What may be absent must still be a text when it is there.
  if (claims['jti'] !== undefined && !isText(claims['jti'])) return missing('jti', 'a text');
  const caller = callerNameOf(claims, record);
  return caller.ok ? undefined : caller;
}

/** Judges the claims of a token. Never throws. */
export function verifyClaims(claims: JsonObject, record: IssuerRecord, context: TokenContext): Outcome<VerifiedToken> {
  const { profile } = record;
  if (profile.name !== 'jwt-svid' && claims['iss'] !== record.issuer) {
    return refuse('TOKEN_ISSUER_UNKNOWN', 'iss', { expected: record.issuer });
  }
  const kind = judgeKind(claims, record) ?? profile.judge?.(claims, record);
  if (kind !== undefined) return kind;
  const audience = judgeRecipient(claims, record, context.audience);
  if (!audience.ok) return audience;
  const { exp, iat, nbf } = claims;
  const endsEarly = profile.endsEarly?.(claims);
  const times: TokenTimes = { exp, iat, nbf, endsEarly };
  const fault = judgeTimes(times, record, context.now) ?? judgeTexts(claims, record);
  if (fault !== undefined) return fault;
  const confirmation = readConfirmation(claims['cnf']);
  if (!confirmation.ok) return confirmation;
  const grants = readGrants(claims, record);
  if (!grants.ok) return grants;
  const { actors, mayAct, scopes, roles, tenant, acr, authTime } = grants.value;
  const identity = profile.identify({ claims, record, actors });
  if (!identity.ok) return identity;
  return accept({
    identity: identity.value,
    audience: audience.value,
    actors,
    mayAct,
    scopes,
    roles,
    tenant,
    acr,
    authTime,
    sub: claims['sub'] as string | undefined,
    jti: claims['jti'] as string | undefined,
    issuedAt: iat === undefined ? undefined : (iat as number) * 1000,
    expiresAt: Math.min(exp as number, endsEarly ?? Infinity) * 1000,
    times,
    confirmation: confirmation.value,
  });
}
