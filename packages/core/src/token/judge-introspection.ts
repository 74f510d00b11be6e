/**
 * Judges what an issuer says about a token (RFC 7662 §2.2). A pure function: what was asked and how it came here is not
 * its business. "Active" alone lets nobody in: the dates, the audience and the binding are judged here as those of a
 * JWT are, and `username` is never looked at.
 */
import { assertKnown } from '../errors/assert-known.ts';
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { parseStrictJson, type JsonObject, type JsonValue } from '../signature/strict-json.ts';
import { readConfirmation, type Confirmation } from './confirmation.ts';
import { identifyOauthClient } from './identify-oauth-client.ts';
import { isText, judgeAudience } from './judge-audience.ts';
import { isNumericDate, missing, type TokenTimes } from './judge-times.ts';
import { readGrants } from './read-grants.ts';
import type { VerifiedToken } from './verify-token.ts';

/** What an answer is judged by. */
export interface IntrospectionExpectations {
  /** The issuer that was asked: an answer that names another one is refused. */
  readonly issuer: string;
  /** Audiences of this service. */
  readonly audience: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Tolerated difference of clocks, in seconds. Default 30. */
  readonly clockToleranceSeconds?: number;
  /** Accept answers with several audiences, ours among them. Default `false`. */
  readonly multipleAudiences?: boolean;
  /** Accept answers that name no audience. Default `false`. */
  readonly audienceMayBeMissing?: boolean;
  /** Member that names the calling client. Default `client_id`. */
  readonly callerClaim?: string;
  /** Members that name it as well. Those that are present must agree. Default: none. */
  readonly otherCallerClaims?: readonly string[];
  /** Clients whose tokens are accepted. Default: those of every client. */
  readonly clientIds?: readonly string[];
  /** Member that names the tenant. Default: none. */
  readonly tenantClaim?: string;
  /** Member that lists roles. Default `roles`. */
  readonly rolesClaim?: string;
  /** What is verified about the token already, and stands where the answer is silent: the claims of a JWT. */
  readonly verified?: JsonObject;
}

const known = [
  'issuer',
  'audience',
  'now',
  'clockToleranceSeconds',
  'multipleAudiences',
  'audienceMayBeMissing',
  'callerClaim',
  'otherCallerClaims',
  'clientIds',
  'tenantClaim',
  'rolesClaim',
  'verified',
];

const defaultToleranceSeconds = 30;

/** Judges the dates of an answer. A life that is too long is none here: the issuer can end it at any time. */
export function judgeAnswerTimes({ exp, iat, nbf }: TokenTimes, tolerance: number, now: number): Refusal | undefined {
  if (!isNumericDate(exp)) return missing('exp', 'whole seconds since 1970');
  const seconds = now / 1000;
  const found = (at: number) => ({ actual: `${at}, clock ${Math.floor(seconds)}` });
  for (const [name, date] of [
    ['iat', iat],
    ['nbf', nbf],
  ] as const) {
    if (date === undefined) continue;
    if (!isNumericDate(date)) return missing(name, 'whole seconds since 1970');
    if (exp <= date) return missing('exp', `a time after ${name}`);
    // Each demand is written so that a clock which answers no number refuses.
    if (!(date <= seconds + tolerance)) return refuse('TOKEN_NOT_YET_VALID', name, found(date));
  }
  return seconds < exp + tolerance ? undefined : refuse('TOKEN_EXPIRED', 'exp', found(exp));
}

/** A token is what its type says: a refresh token, or one of a kind we do not know, is no access token. */
function judgeType(type: JsonValue | undefined, confirmation: Confirmation | undefined): Refusal | undefined {
  if (type === undefined) return undefined;
  const name = typeof type === 'string' ? type.toLowerCase() : '';
  if (name !== 'bearer' && name !== 'dpop') {
    return refuse('TOKEN_TYPE_UNEXPECTED', 'token_type', { expected: 'Bearer or DPoP' });
  }
  // RFC 9449 §6.2: the type of a token that is bound to a key is DPoP.
  if ((name === 'dpop') === (confirmation?.key !== undefined)) return undefined;
  return refuse('BINDING_MISMATCH', 'token_type', { expected: 'DPoP with cnf.jkt, and only then', actual: name });
}

function judgeTexts(members: JsonObject, { clientIds }: IntrospectionExpectations): Refusal | undefined {
  for (const name of ['sub', 'jti']) {
    if (members[name] !== undefined && !isText(members[name])) return missing(name, 'a text');
  }
  const { client_id: clientId } = members;
  if (clientIds === undefined || (isText(clientId) && clientIds.includes(clientId))) return undefined;
  return refuse('TOKEN_AUDIENCE_MISMATCH', 'client_id', { expected: 'one of clientIds' });
}

function audienceOf(aud: JsonValue | undefined, expectations: IntrospectionExpectations): Outcome<readonly string[]> {
  const { audience, multipleAudiences = false, audienceMayBeMissing = false } = expectations;
  if (aud === undefined && audienceMayBeMissing) return accept([]);
  return judgeAudience(aud, audience, { multipleAudiences });
}

function unusable(check: string, expected: string, actual?: string): Refusal {
  return refuse('INTROSPECTION_UNAVAILABLE', check, { expected, ...(actual !== undefined && { actual }) });
}

/** RFC 7662 §2.2 writes the scopes as JWTs of authorization servers do (RFC 9068 §2.2.3). */
const profile = { grants: true, scopeClaim: 'scope' } as const;

function judgeMembers(members: JsonObject, expectations: IntrospectionExpectations): Outcome<VerifiedToken> {
  const { issuer, now, clockToleranceSeconds = defaultToleranceSeconds, tenantClaim } = expectations;
  const { callerClaim = 'client_id', otherCallerClaims = [], rolesClaim = 'roles' } = expectations;
  const { iss, exp, iat, nbf, jti, sub } = members;
  if (iss !== undefined && iss !== issuer) return refuse('TOKEN_ISSUER_UNKNOWN', 'iss', { expected: issuer });
  const audience = audienceOf(members['aud'], expectations);
  if (!audience.ok) return audience;
  const times: TokenTimes = { exp, iat, nbf };
  const fault = judgeAnswerTimes(times, clockToleranceSeconds, now) ?? judgeTexts(members, expectations);
  if (fault !== undefined) return fault;
  const confirmation = readConfirmation(members['cnf']);
  if (!confirmation.ok) return confirmation;
  const misfit = judgeType(members['token_type'], confirmation.value);
  if (misfit !== undefined) return misfit;
  const grants = readGrants(members, { profile, tenantClaim, rolesClaim });
  if (!grants.ok) return grants;
  const record = { issuer, callerClaim, otherCallerClaims };
  const identity = identifyOauthClient({ claims: members, record, actors: grants.value.actors });
  if (!identity.ok) return identity;
  return accept({
    ...grants.value,
    identity: identity.value,
    audience: audience.value,
    jti: jti as string | undefined,
    sub: sub as string | undefined,
    issuedAt: iat === undefined ? undefined : (iat as number) * 1000,
    expiresAt: (exp as number) * 1000,
    times,
    confirmation: confirmation.value,
  });
}

/** Compared as they are, a text would be searched like a list, and seconds as text would be put behind a date. */
function assertTypes(expectations: IntrospectionExpectations): void {
  const { issuer, audience, now, clockToleranceSeconds, clientIds = [] } = expectations;
  const isList = [audience, clientIds].every((list) => Array.isArray(list) && list.every(isText));
  const areNumbers = typeof now === 'number' && Number.isFinite(clockToleranceSeconds ?? 0);
  if (!isText(issuer) || !isList || !areNumbers) throw new TypeError('The expectations are of another type.');
}

/**
 * Judges the body of an answer with status 200 and a JSON content type. `INTROSPECTION_UNAVAILABLE` means that the
 * issuer did not answer the question; every other refusal is about the token. Never throws; expectations of another
 * type or name are refused with `INTERNAL_FAULT`.
 */
export function judgeIntrospection(body: string, expectations: IntrospectionExpectations): Outcome<VerifiedToken> {
  return judgeSafely(() => judgeBody(body, expectations));
}

function judgeBody(body: string, expectations: IntrospectionExpectations): Outcome<VerifiedToken> {
  assertKnown(expectations, known);
  assertTypes(expectations);
  const answer = parseStrictJson(body);
  if (!answer.ok) return unusable('introspection', 'a strict JSON object', answer.problem);
  return judgeAnswer(answer.value, expectations);
}

/** Judges the members of an answer. Never throws. */
export function judgeAnswer(answer: JsonObject, expectations: IntrospectionExpectations): Outcome<VerifiedToken> {
  const { active } = answer;
  // The text "true" is no yes, and who writes it has not understood the question.
  if (typeof active !== 'boolean') return unusable('introspection.active', 'true or false');
  if (!active) return refuse('TOKEN_INACTIVE', 'introspection.active', { expected: 'true', actual: 'false' });
  return judgeMembers(Object.assign(Object.create(null), expectations.verified, answer), expectations);
}
