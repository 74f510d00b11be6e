/**
 * What a refused caller reads (RFC 9110 §11.6.1, RFC 6750 §3): a status, a challenge of constant texts, a problem
 * document with the trace id. The reason code stays inside.
 */
import { STATUS_CODES } from 'node:http';
import type { CredentialKind } from '../credential/credential.ts';
import { reasonRow, type Reason } from '../errors/reason.ts';
import { isScopeToken } from '../identity/scope-set.ts';
import type { DenialResponse } from './verdict.ts';

/** Seconds a caller is asked to wait when a dependency fails. */
export const retryAfterSeconds = 5;

/** What the answer depends on. */
export interface ChallengeContext {
  /** Protection space of the challenge; characters of RFC 6750 §3 without quote and backslash. */
  readonly realm: string;
  readonly kinds: ReadonlySet<CredentialKind>;
}

/** The realm of a service: its id, kept to characters that need no quoting. */
export function realmOf(service: string): string {
  return service.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');
}

/**
 * The status of a refusal. A 401 must carry a challenge (RFC 9110 §15.5.2), and certificates have none: a service
 * that accepts only certificates answers 403.
 */
export function statusOf(reason: Reason, kinds: ReadonlySet<CredentialKind>): number {
  const { status } = reasonRow(reason);
  return status === 401 && !kinds.has('bearer-token') ? 403 : status;
}

function bearerChallenge(reason: Reason, realm: string, scopes: readonly string[] | undefined): string {
  const { oauthError, publicSentence } = reasonRow(reason);
  const parameters = [`realm="${realm}"`];
  if (oauthError !== null) parameters.push(`error="${oauthError}"`, `error_description="${publicSentence}"`);
  // Those of a policy may be made from what a caller says: what is no scope could end the quotes, or the line.
  const helpful = (scopes ?? []).filter(isScopeToken);
  if (helpful.length > 0) parameters.push(`scope="${helpful.join(' ')}"`);
  return `Bearer ${parameters.join(', ')}`;
}

/** The answer for a refusal. */
export function denialResponse(
  refusal: { readonly reason: Reason; readonly scopes?: readonly string[]; readonly traceId: string },
  context: ChallengeContext,
): DenialResponse {
  const row = reasonRow(refusal.reason);
  const status = statusOf(refusal.reason, context.kinds);
  const challenges = context.kinds.has('bearer-token') && (status === 401 || row.oauthError !== null);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(challenges && { 'www-authenticate': [bearerChallenge(refusal.reason, context.realm, refusal.scopes)] }),
      ...(status === 503 && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      detail: row.publicSentence,
      trace_id: refusal.traceId,
    }),
  };
}
