/**
 * The table of reasons: every way a request can be refused, once.
 *
 * Types, HTTP answers and docs/reference/reasons.md come from here. A code is public API: it is never renamed and
 * never reused. Reason codes go to the operator (audit, logs); the caller sees the status, the OAuth error and the
 * public sentence only.
 */
import { proofReasons } from './proof-reasons.ts';
import { forwardedReasons } from './forwarded-reasons.ts';
import { introspectionReasons } from './introspection-reasons.ts';
import { issuerReasons } from './issuer-reasons.ts';
import { messageReasons } from './message-reasons.ts';
import { keyReasons } from './key-reasons.ts';
import type { ReasonRow } from './reason-row.ts';
import { revocationReasons } from './revocation-reasons.ts';
import { tokenReasons } from './token-reasons.ts';

export type { OAuthError, ReasonOwner, ReasonRow } from './reason-row.ts';

const credentialMissing = 'This request needs a credential.';
const certificateRejected = 'The client certificate was rejected.';
const notAllowed = 'The caller may not do this.';
const tryLater = 'The service cannot decide right now. Try again later.';

/** The table. Keys are the reason codes. */
export const reasons = {
  CREDENTIAL_MISSING: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: credentialMissing,
    meaning: 'The request carried no credential, or only a part of those that are demanded together.',
    fix: 'Send the credential the challenge names. With all(a, b), send both on the same request.',
  },
  CREDENTIAL_MALFORMED: {
    status: 400,
    oauthError: 'invalid_request',
    owner: 'caller',
    publicSentence: 'The credential is malformed.',
    meaning:
      'The Authorization header is not well formed, a token came in a place where tokens are never read, or there are more header lines than the server keeps.',
    fix: 'Send exactly one header of the form "Authorization: Bearer <token>"; never use the query or the body.',
  },
  CREDENTIAL_MULTIPLE: {
    status: 400,
    oauthError: 'invalid_request',
    owner: 'caller',
    publicSentence: 'The request carries more than one credential of a kind.',
    meaning: 'Two Authorization headers, a comma-joined one, or a token in two places.',
    fix: 'Send one credential of each kind. Look for a proxy or middleware that adds a second Authorization header.',
  },
  CREDENTIAL_UNSUPPORTED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: 'This kind of credential is not accepted here.',
    meaning: 'The request presents a credential that nothing in `accept` verifies.',
    fix: 'Use a mechanism from `accept`, or add the matching authenticator to `accept`.',
  },
  ...tokenReasons,
  ...issuerReasons,
  ...keyReasons,
  ...revocationReasons,
  ...introspectionReasons,
  ...proofReasons,
  CERTIFICATE_UNTRUSTED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: certificateRejected,
    meaning: 'The certificate does not lead to the trust bundle of the trust domain it names.',
    fix: 'Issue the certificate from a CA in that bundle, and send the intermediates.',
  },
  CERTIFICATE_EXPIRED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: certificateRejected,
    meaning: 'The certificate, or one it depends on, is outside its validity period.',
    fix: 'Renew the certificate and reconnect; rotate at half of its lifetime.',
  },
  CERTIFICATE_PROFILE_VIOLATED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: certificateRejected,
    meaning: 'The certificate breaks the profile: a CA as leaf, wrong key usage, a weak key, an unreadable field.',
    fix: 'Issue a certificate that meets the profile; the detail names the rule.',
  },
  CERTIFICATE_LIFETIME_TOO_LONG: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: certificateRejected,
    meaning: 'The certificate lives longer than this service accepts (maximumLifetimeSeconds).',
    fix: 'Issue certificates for an hour and renew them at half of it, or raise the limit.',
  },
  CERTIFICATE_IDENTITY_AMBIGUOUS: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: certificateRejected,
    meaning: 'The certificate names no workload, or more than one.',
    fix: 'Issue certificates with exactly one URI SAN that is a SPIFFE ID, or one DNS name that `pki` maps.',
  },
  ...forwardedReasons,
  ...messageReasons,
  IDENTITY_CONFLICT: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The credentials of one request name different workloads.',
    fix: 'If they are one workload, join its ids in `aliases`. If not, a token is used by another service than its own.',
  },
  CALLER_NOT_ALLOWED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The caller is verified, and the requirement of the route does not list it.',
    fix: 'Add the caller to the requirement of the route if it should have access.',
  },
  SCOPE_INSUFFICIENT: {
    status: 403,
    oauthError: 'insufficient_scope',
    owner: 'caller',
    publicSentence: 'The token does not carry the scope this needs.',
    meaning: 'The caller is verified, and its token lacks a required scope.',
    fix: 'Request the scope named in the challenge, and grant it to the client at the issuer.',
  },
  SUBJECT_REQUIRED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The route serves requests for a subject, and the token is not for one (or not for an accepted one).',
    fix: 'Call with a token issued for the user; a client-credentials token has no subject.',
  },
  SUBJECT_NOT_ALLOWED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The route serves workloads only (subject: "none"), and the token is for a subject.',
    fix: 'Call with a token of the workload itself.',
  },
  ACTOR_NOT_ALLOWED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The outermost actor of the token is missing or not one the route accepts.',
    fix: 'Exchange the token as an actor the route lists, or add the actor to the requirement.',
  },
  ACTOR_CHAIN_TOO_LONG: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The chain of actors (`act`) is deeper than accepted, or it or `may_act` is not well formed.',
    fix: 'Shorten the chain of exchanges; eight actors is the ceiling.',
  },
  TENANT_NOT_ALLOWED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The tenant of the token is missing or not one the route accepts.',
    fix: 'Name the tenant claim in the issuer record, and call with a token of the right tenant.',
  },
  POLICY_DENIED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: notAllowed,
    meaning: 'The policy of the service denied the request; the rule is in the event.',
    fix: 'Read the rule named in the audit event.',
  },
  ROUTE_UNDECLARED: {
    status: 403,
    oauthError: null,
    owner: 'service',
    publicSentence: notAllowed,
    meaning: 'The route says neither what it requires nor that it is public.',
    fix: 'Declare a requirement on the route, or declare it public with a reason.',
  },
  ISSUER_KEYS_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: tryLater,
    meaning: 'The keys of the issuer could not be had, and no key in hand is fresh enough.',
    fix: 'Check the issuer and the network path to it; the notices carry the cause.',
  },
  TRUST_BUNDLE_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: tryLater,
    meaning: 'The trust bundle of the named trust domain could not be had.',
    fix: 'Check the source of the trust bundle; the notices carry the cause.',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: tryLater,
    meaning: 'The audit sink is required and did not take the event.',
    fix: 'Repair the sink. Wrap it in required() only where no record means no service.',
  },
  INTERNAL_FAULT: {
    status: 500,
    oauthError: null,
    owner: 'service',
    publicSentence: 'The service failed while it decided.',
    meaning: 'Something threw inside the pipeline: a resolver, a mapper, a policy, or a defect. It is never a pass.',
    fix: 'Read the notice with the same event id; it carries the error.',
  },
} as const satisfies Record<string, ReasonRow>;

/** A reason code. */
export type Reason = keyof typeof reasons;

/** The row of a reason. */
export function reasonRow(reason: Reason): ReasonRow {
  return reasons[reason];
}
