/**
 * What a refused caller reads (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1): a status, a
 * challenge of constant texts, a problem document with the trace id. The reason code stays inside.
 */
import { STATUS_CODES } from 'node:http';
import type { TokenScheme } from '../credential/authorization-header.ts';
import type { CredentialKind } from '../credential/credential.ts';
import { reasonRow, type Reason } from '../errors/reason.ts';
import { isScopeToken } from '../identity/scope-set.ts';
import type { StepUp } from '../policy/decision.ts';
import type { DenialResponse } from './verdict.ts';

/** Seconds a caller is asked to wait when a dependency fails. */
export const retryAfterSeconds = 5;

/** What the answer depends on. */
export interface ChallengeContext {
  /** Protection space of the challenge; characters of RFC 6750 §3 without quote and backslash. */
  readonly realm: string;
  readonly kinds: ReadonlySet<CredentialKind>;
  /** Algorithms that a DPoP proof may be signed with. */
  readonly proofAlgorithms: readonly string[];
  /** Where the metadata of the service is, if it has any. */
  readonly resourceMetadata?: string | undefined;
}

/** What is told to the caller of one refusal. */
export interface RefusedRequest {
  readonly reason: Reason;
  readonly scopes?: readonly string[];
  readonly stepUp?: StepUp;
  readonly nonce?: string;
  /** The scheme the request used: its challenge names the error. */
  readonly scheme: TokenScheme;
  readonly traceId: string;
}

interface ChallengedScheme {
  readonly scheme: TokenScheme;
  readonly kind: CredentialKind;
  readonly name: string;
}

const schemes: readonly ChallengedScheme[] = [
  { scheme: 'dpop', kind: 'dpop-token', name: 'DPoP' },
  { scheme: 'bearer', kind: 'bearer-token', name: 'Bearer' },
];

/** The realm of a service: its id, kept to characters that need no quoting. */
export function realmOf(service: string): string {
  return service.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');
}

function schemesOf(kinds: ReadonlySet<CredentialKind>): readonly ChallengedScheme[] {
  return schemes.filter(({ kind }) => kinds.has(kind));
}

/**
 * The status of a refusal. A 401 must carry a challenge (RFC 9110 §15.5.2), and certificates have none: a service
 * that accepts only certificates answers 403.
 */
export function statusOf(reason: Reason, kinds: ReadonlySet<CredentialKind>): number {
  const { status } = reasonRow(reason);
  return status === 401 && schemesOf(kinds).length === 0 ? 403 : status;
}

/** What is wrong, as parameters of the challenge. */
function errorParameters({ reason, scopes, stepUp }: RefusedRequest): readonly string[] {
  const { oauthError, publicSentence } = reasonRow(reason);
  const maxAge = stepUp?.maxAgeSeconds;
  return [
    ...(oauthError === null ? [] : [`error="${oauthError}"`, `error_description="${publicSentence}"`]),
    ...listParameter('scope', scopes),
    ...listParameter('acr_values', stepUp?.acrValues),
    ...(Number.isSafeInteger(maxAge) ? [`max_age="${maxAge}"`] : []),
  ];
}

/** A list in one parameter. Policies name scopes too: what could end the quotes is left out. */
function listParameter(name: string, values: readonly string[] = []): readonly string[] {
  const written = values.filter((one) => typeof one === 'string' && isScopeToken(one));
  return written.length === 0 ? [] : [`${name}="${written.join(' ')}"`];
}

/**
 * The challenges of a refusal. A 401 names every scheme; the error stands on the one that was used, so that a caller
 * does not look for it in the other (RFC 9449 §7.2). Any other status tells only the caller's own scheme its error.
 */
function challengesOf(refused: RefusedRequest, status: number, context: ChallengeContext): readonly string[] {
  if (status !== 401 && reasonRow(refused.reason).oauthError === null) return [];
  const offered = schemesOf(context.kinds);
  const used = offered.find(({ scheme }) => scheme === refused.scheme) ?? offered[0];
  return (status === 401 ? offered : offered.filter((one) => one === used)).map((one) => {
    const parameters = [`realm="${context.realm}"`, ...(one === used ? errorParameters(refused) : [])];
    if (one.scheme === 'dpop') parameters.push(`algs="${context.proofAlgorithms.join(' ')}"`);
    if (context.resourceMetadata !== undefined) parameters.push(`resource_metadata="${context.resourceMetadata}"`);
    return `${one.name} ${parameters.join(', ')}`;
  });
}

/** The answer for a refusal. */
export function denialResponse(refused: RefusedRequest, context: ChallengeContext): DenialResponse {
  const { publicSentence } = reasonRow(refused.reason);
  const status = statusOf(refused.reason, context.kinds);
  const challenges = challengesOf(refused, status, context);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(challenges.length > 0 && { 'www-authenticate': challenges }),
      ...(refused.nonce !== undefined && { 'dpop-nonce': refused.nonce }),
      ...(status === 503 && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      detail: publicSentence,
      trace_id: refused.traceId,
    }),
  };
}
