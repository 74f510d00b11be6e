/** The part of an audit event that tells who called, and how that was proven. */
import type { Caller } from '../identity/caller.ts';
import type {
  AccessTokenEvidence,
  ClientCertificateEvidence,
  Evidence,
  ForwardedCertificateEvidence,
  SealedMessageEvidence,
  TokenBinding,
} from '../identity/evidence.ts';
import { safeText, safeTexts } from '../runtime/safe-text.ts';
import type { AuthMethod } from './audit-event.ts';
import { eventTime } from './event-time.ts';
import type { Privacy } from './privacy.ts';

const maximumAudiences = 8;
const maximumValues = 64;
const maximumActors = 8;

const tokenMethods: Readonly<Record<TokenBinding, AuthMethod>> = {
  none: 'jwt_bearer',
  'x5t#S256': 'mtls_bound_token',
  jkt: 'dpop',
};

function methodOf(evidence: readonly Evidence[]): AuthMethod {
  const token = evidence.find((one): one is AccessTokenEvidence => one.kind === 'access-token');
  // How a token is bound says more than how it was read.
  if (token?.binding === 'none' && token.tokenType === 'opaque') return 'introspection';
  if (token !== undefined) return tokenMethods[token.binding];
  if (evidence.some(({ kind }) => kind === 'sealed-message')) return 'sealed_message';
  if (evidence.some(({ kind }) => kind === 'forwarded-certificate')) return 'forwarded_mtls';
  return evidence.length > 0 ? 'mtls' : 'none';
}

function tokenFields(token: AccessTokenEvidence, caller: Caller, privacy: Privacy): object {
  return {
    'auth.binding': token.binding,
    ...(token.replay !== undefined && { 'auth.replay_check': token.replay }),
    ...(token.revocation !== undefined && { 'auth.revocation_check': token.revocation }),
    'token.type': safeText(token.tokenType),
    'token.issuer': safeText(token.issuer),
    'token.audience': safeTexts(token.audience, maximumAudiences),
    'token.profile': safeText(token.profile),
    'token.caller_claim': safeText(token.callerClaim),
    ...(token.clientId !== undefined && { 'token.client_id': safeText(token.clientId) }),
    'token.scopes': safeTexts([...caller.scopes].sort(), maximumValues),
    ...(caller.roles.length > 0 && { 'token.roles': safeTexts(caller.roles, maximumValues) }),
    ...(token.jti !== undefined && privacy.jti(token.issuer, safeText(token.jti))),
    ...(token.keyId !== undefined && { 'token.kid': safeText(token.keyId) }),
    ...(token.algorithm !== undefined && { 'token.alg': safeText(token.algorithm) }),
    ...(token.issuedAt !== undefined && { 'token.issued_at': eventTime(token.issuedAt) }),
    'token.expires_at': eventTime(token.expiresAt),
  };
}

function certificateFields(certificate: ClientCertificateEvidence): object {
  return {
    'cert.sha256': safeText(certificate.sha256),
    'cert.serial': safeText(certificate.serialNumber),
    'cert.not_after': eventTime(certificate.notAfter),
    ...(certificate.revocation !== undefined && { 'auth.revocation_check': certificate.revocation }),
  };
}

function forwardedFields(evidence: ForwardedCertificateEvidence): object {
  const { certificate, sha256, hop, format, element, revocation } = evidence;
  return {
    ...(sha256 !== undefined && { 'cert.sha256': safeText(sha256) }),
    ...(certificate !== undefined && certificateFields(certificate)),
    ...(revocation !== undefined && { 'auth.revocation_check': revocation }),
    'tls.forwarded_by': safeText(hop, 2048),
    'tls.forwarded_format': safeText(format),
    'tls.forwarded_element': element,
  };
}

function messageFields(message: SealedMessageEvidence, caller: Caller): object {
  return {
    'messaging.message.id': safeText(message.messageId),
    'messaging.redelivered': message.redelivered,
    'token.scopes': safeTexts([...caller.scopes].sort(), maximumValues),
    'token.kid': safeText(message.keyId),
    'token.alg': safeText(message.algorithm),
    'token.issued_at': eventTime(message.issuedAt),
    'token.expires_at': eventTime(message.expiresAt),
  };
}

function fieldsOf(evidence: Evidence, caller: Caller, privacy: Privacy): object {
  if (evidence.kind === 'access-token') return tokenFields(evidence, caller, privacy);
  if (evidence.kind === 'sealed-message') return messageFields(evidence, caller);
  return evidence.kind === 'client-certificate' ? certificateFields(evidence) : forwardedFields(evidence);
}

const anonymous = Object.freeze({ 'caller.type': 'anonymous', 'auth.method': 'none', 'auth.assurance': 'none' });

/** The fields of a caller, or of nobody. */
export function callerFields(caller: Caller | undefined, privacy: Privacy): object {
  if (caller === undefined) return anonymous;
  const fields = caller.evidence.map((evidence) => fieldsOf(evidence, caller, privacy));
  return Object.assign(
    {
      'caller.id': safeText(caller.id, 2048),
      'caller.type': caller.id.startsWith('oauth:') ? 'oauth_client' : 'workload',
      'caller.trust_domain': safeText(caller.trustDomain),
      'auth.method': methodOf(caller.evidence),
      'auth.methods': safeTexts(new Set(caller.evidence.map((one) => one.kind)), maximumActors),
      'auth.assurance': caller.assurance,
      ...(caller.subject !== undefined && privacy.subject({ ...caller.subject, id: safeText(caller.subject.id) })),
      ...(caller.tenant !== undefined && { 'user.tenant': safeText(caller.tenant) }),
      ...(caller.actors.length > 0 && { 'actor.chain': safeTexts(caller.actors, maximumActors) }),
    },
    ...fields,
  );
}
