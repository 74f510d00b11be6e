/**
 * Everything a request presents as proof. Nothing here is believed; what is malformed, doubled or in a place where
 * tokens are never read is refused, even on a route where a credential is optional.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { parseAuthorizationHeader } from './authorization-header.ts';
import type { CredentialKind, PresentedCredential } from './credential.ts';
import type { RequestFacts } from './request-facts.ts';

const queryToken = 'access_token';

/** RFC 6750 §2.3 allowed tokens in the query; OAuth 2.1 removed it, because URLs are logged. */
function hasTokenInQuery(target: string): boolean {
  const start = target.indexOf('?');
  if (start === -1) return false;
  const query = target.slice(start + 1);
  if (!query.includes('%') && !query.includes(queryToken)) return false;
  return new URLSearchParams(query).has(queryToken);
}

/** The credentials of a request, of the kinds this service reads. */
export function extractCredentials(
  facts: RequestFacts,
  kinds: ReadonlySet<CredentialKind>,
): Outcome<readonly PresentedCredential[]> {
  const bearer = parseAuthorizationHeader(facts.header('authorization'));
  if (hasTokenInQuery(facts.target)) {
    const present = !bearer.ok || bearer.value !== undefined;
    return refuse(present ? 'CREDENTIAL_MULTIPLE' : 'CREDENTIAL_MALFORMED', 'query.access_token', {
      expected: 'no token in the query',
    });
  }
  if (!bearer.ok) return bearer;
  const presented: PresentedCredential[] = [];
  if (facts.peerCertificate !== undefined && kinds.has('client-certificate')) {
    presented.push({ kind: 'client-certificate', peer: facts.peerCertificate });
  }
  if (bearer.value !== undefined) {
    if (!kinds.has('bearer-token')) return refuse('CREDENTIAL_UNSUPPORTED', 'authorization.scheme');
    presented.push(bearer.value);
  }
  return accept(presented);
}
