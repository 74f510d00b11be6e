/**
 * Judges the claims of a token whose signature has verified: RFC 9068 §4, RFC 7519 §4.1. Exact texts,
 * whole seconds, one audience, a bounded life; a confirmation that is not understood refuses.
 */
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { parseActors } from '../identity/delegation.ts';
import { noScopes, parseScopes, type ScopeSet } from '../identity/scope-set.ts';
import type { JsonObject, JsonValue } from '../signature/strict-json.ts';
import { readConfirmation, type Confirmation } from './confirmation.ts';
import type { IssuerRecord } from './issuer.ts';
import type { TokenIdentity } from './token-identity.ts';

/** What a token is judged by. */
export interface TokenContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Audiences of this service. */
  readonly audience: readonly string[];
}

/** The claims of a good token. Times in epoch milliseconds. */
export interface VerifiedToken {
  readonly identity: TokenIdentity;
  readonly audience: readonly string[];
  readonly actors: readonly string[];
  readonly scopes: ScopeSet;
  readonly roles: readonly string[];
  readonly tenant: string | undefined;
  readonly jti: string | undefined;
  /** The claim `sub`, whomever it names. */
  readonly sub?: string | undefined;
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
  /** Authentication context of the subject (RFC 9068 §2.2.1). */
  readonly acr: string | undefined;
  /** When the subject authenticated. */
  readonly authTime: number | undefined;
  /** The dates as the token carries them, to be judged again. */
  readonly times: TokenTimes;
  /** Keys that the request must prove as well. Not judged here: the same token may come over several connections. */
  readonly confirmation: Confirmation | undefined;
}

// Seconds beyond this are milliseconds in disguise (the year 5138), or an overflow.
const latestSeconds = 1e11;
const maximumAudiences = 100;
const maximumRoles = 256;

/** The refusal of a claim that is absent or of the wrong type. */
export function missing(claim: string, expected: string): Refusal {
  return refuse('TOKEN_CLAIM_MISSING', claim, { expected });
}

/** A NumericDate (RFC 7519 §2) in whole seconds, as authorization servers write it. */
export function isNumericDate(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= latestSeconds;
}

/** The dates of a token, before they are judged. */
export interface TokenTimes {
  readonly exp?: JsonValue | undefined;
  readonly iat?: JsonValue | undefined;
  readonly nbf?: JsonValue | undefined;
}

/** Judges the dates at an instant in epoch milliseconds. */
export function judgeTimes({ exp, iat, nbf }: TokenTimes, record: IssuerRecord, now: number): Refusal | undefined {
  const { clockToleranceSeconds: tolerance, maxLifetimeSeconds } = record;
  if (!isNumericDate(exp)) return missing('exp', 'whole seconds since 1970');
  if (!isNumericDate(iat)) return missing('iat', 'whole seconds since 1970');
  if (nbf !== undefined && !isNumericDate(nbf)) return missing('nbf', 'whole seconds since 1970');
  const seconds = now / 1000;
  const found = (at: number) => ({ actual: `${at}, clock ${Math.floor(seconds)}` });
  if (exp <= iat) return missing('exp', 'a time after iat');
  if (nbf !== undefined && exp <= nbf) return missing('exp', 'a time after nbf');
  // Each demand is written so that a clock which answers no number refuses.
  if (!(iat <= seconds + tolerance)) return refuse('TOKEN_NOT_YET_VALID', 'iat', found(iat));
  if (nbf !== undefined && !(nbf <= seconds + tolerance)) return refuse('TOKEN_NOT_YET_VALID', 'nbf', found(nbf));
  if (!(seconds < exp + tolerance)) return refuse('TOKEN_EXPIRED', 'exp', found(exp));
  if (exp - iat > maxLifetimeSeconds) {
    return refuse('TOKEN_LIFETIME_TOO_LONG', 'exp', {
      expected: `at most ${maxLifetimeSeconds} s`,
      actual: `${exp - iat} s`,
    });
  }
  return undefined;
}

/** Judges who the token is for: exactly texts, ours among them. */
export function judgeAudience(
  aud: JsonValue | undefined,
  own: readonly string[],
  record: Pick<IssuerRecord, 'multipleAudiences'>,
): Outcome<readonly string[]> {
  const list = typeof aud === 'string' ? [aud] : aud;
  if (!Array.isArray(list) || list.length === 0 || list.length > maximumAudiences) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: own.join(' or ') });
  }
  // One element that is no text makes the claim ambiguous, whatever stands beside it.
  if (!list.every(isText)) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: 'texts only' });
  }
  if (!list.some((one) => own.includes(one))) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: own.join(' or '), actual: list.slice(0, 3).join(' ') });
  }
  if (list.length > 1 && !record.multipleAudiences) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: 'one audience', actual: `${list.length} audiences` });
  }
  return accept(list);
}

/** Whether a claim is a text that is not empty. */
export function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function judgeTexts(claims: JsonObject, record: IssuerRecord): Refusal | undefined {
  for (const name of record.profile.requiredTexts) if (!isText(claims[name])) return missing(name, 'a text');
  if (!isText(claims[record.callerClaim])) return missing(record.callerClaim, 'a text');
  if (record.tenantClaim !== undefined) {
    const tenant = claims[record.tenantClaim];
    if (tenant !== undefined && !isText(tenant)) return missing(record.tenantClaim, 'a text');
  }
  return undefined;
}

/** The roles a claim lists; undefined when it is no list of texts. */
export function rolesOf(claim: JsonValue | undefined): readonly string[] | undefined {
  if (claim === undefined) return [];
  if (!Array.isArray(claim) || claim.length > maximumRoles) return undefined;
  return claim.every((role): role is string => typeof role === 'string') ? claim : undefined;
}

/** Judges the claims of a token. Never throws. */
export function verifyClaims(claims: JsonObject, record: IssuerRecord, context: TokenContext): Outcome<VerifiedToken> {
  if (claims['iss'] !== record.issuer) return refuse('TOKEN_ISSUER_UNKNOWN', 'iss', { expected: record.issuer });
  const audience = judgeAudience(claims['aud'], record.audience ?? context.audience, record);
  if (!audience.ok) return audience;
  const fault = judgeTimes(claims, record, context.now) ?? judgeTexts(claims, record);
  if (fault !== undefined) return fault;
  const confirmation = readConfirmation(claims['cnf']);
  if (!confirmation.ok) return confirmation;
  const { scope, acr, auth_time: authTime } = claims;
  if (acr !== undefined && !isText(acr)) return missing('acr', 'a text');
  if (authTime !== undefined && !isNumericDate(authTime)) return missing('auth_time', 'whole seconds since 1970');
  const scopes = scope === undefined ? noScopes : typeof scope === 'string' ? parseScopes(scope) : undefined;
  if (scopes === undefined) return missing('scope', 'scopes separated by one space, and not too many');
  const roles = rolesOf(claims[record.rolesClaim]);
  if (roles === undefined) return missing(record.rolesClaim, 'a list of texts');
  const actors = parseActors(claims['act']);
  if (!actors.ok) return actors;
  const identity = record.profile.identify({ claims, record, actors: actors.value });
  if (!identity.ok) return identity;
  return accept({
    identity: identity.value,
    audience: audience.value,
    actors: actors.value,
    scopes,
    roles,
    tenant: record.tenantClaim === undefined ? undefined : (claims[record.tenantClaim] as string | undefined),
    jti: claims['jti'] as string,
    sub: claims['sub'] as string | undefined,
    issuedAt: (claims['iat'] as number) * 1000,
    expiresAt: (claims['exp'] as number) * 1000,
    acr,
    authTime: authTime === undefined ? undefined : authTime * 1000,
    times: { exp: claims['exp'], iat: claims['iat'], nbf: claims['nbf'] },
    confirmation: confirmation.value,
  });
}
