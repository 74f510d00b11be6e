/**
 * What a verified token proves about its caller. A token that is remembered is the same object on every request, and so
 * is what is made of it here: nothing of it can change, and making it anew would cost more than verifying it.
 */
import { accept, type Accepted } from '../errors/outcome.ts';
import type { Secret } from '../errors/secret.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { AccessTokenEvidence, TokenBinding, UncheckedReplay, UncheckedRevocation } from '../identity/evidence.ts';
import { keepSubjectToken, passSubjectToken } from '../propagation/subject-token.ts';
import type { JudgedToken } from '../token/judged-token.ts';

/** The identity. The binding follows from the token: the request has proven every key that it names. */
export function identityOfToken(
  judged: JudgedToken,
  binding: TokenBinding,
  presented: Secret,
): Accepted<VerifiedIdentity> {
  const known = judged.identity;
  if (known !== undefined) return known;
  const identity = accept(makeIdentity(judged, binding));
  judged.identity = identity;
  keepFor(identity.value, judged, presented);
  return identity;
}

/** Keeps the token of a subject, so that it can be exchanged. One that is for nobody else is not kept. */
function keepFor(identity: VerifiedIdentity, { record, token }: JudgedToken, presented: Secret): void {
  if (identity.subject === undefined) return;
  keepSubjectToken(identity, {
    token: presented,
    issuer: record.issuer,
    expiresAt: token.expiresAt,
    scopes: token.scopes,
    ...(token.mayAct !== undefined && { mayAct: token.mayAct }),
  });
}

/** What could not be looked up about a request. */
export interface Unchecked {
  /** Whether its proof was used before. */
  readonly replay?: UncheckedReplay;
  /** Whether its token was revoked. */
  readonly revocation?: UncheckedRevocation;
}

/** The identity of a request about which a store could not tell. */
export function uncheckedIdentity(identity: VerifiedIdentity, unchecked: Unchecked): VerifiedIdentity {
  const { evidence } = identity;
  if (evidence.kind !== 'access-token') return identity;
  const made = Object.freeze({ ...identity, evidence: Object.freeze({ ...evidence, ...unchecked }) });
  passSubjectToken(identity, made);
  return made;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Filled field by field: this runs for every token that is not known yet, and a spread of options costs more. */
function makeIdentity({ record, token, type, algorithm, keyId }: JudgedToken, binding: TokenBinding): VerifiedIdentity {
  const { workload, trustDomain, callerClaim, clientId, subject } = token.identity;
  const evidence: Draft<AccessTokenEvidence> = {
    kind: 'access-token',
    workload,
    issuer: record.issuer,
    callerClaim,
    profile: record.profile.name,
    clientId,
    audience: Object.freeze(token.audience),
    tokenType: type,
    algorithm,
    keyId,
    jti: token.jti,
    issuedAt: token.issuedAt,
    expiresAt: token.expiresAt,
    binding,
  };
  if (token.acr !== undefined) evidence.acr = token.acr;
  if (token.authTime !== undefined) evidence.authTime = token.authTime;
  const identity: Draft<VerifiedIdentity> = {
    workload,
    trustDomain,
    actors: token.actors,
    scopes: token.scopes,
    roles: Object.freeze(token.roles),
    evidence: Object.freeze(evidence),
    // Within the tolerance the token still stands, so the caller does too.
    expiresAt: token.expiresAt + record.clockToleranceSeconds * 1000,
    assurance: binding === 'none' ? 'medium' : 'high',
  };
  if (subject !== undefined) identity.subject = Object.freeze(subject);
  if (token.tenant !== undefined) identity.tenant = token.tenant;
  return Object.freeze(identity);
}
