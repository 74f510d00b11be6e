/**
 * Everything a request presents as proof. Nothing here is believed; what is malformed, doubled or in a place where
 * tokens are never read is refused, even on a route where a credential is optional.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { parseAuthorizationHeader, type PresentedToken } from './authorization-header.ts';
import { Secret } from '../errors/secret.ts';
import type { CredentialKind, DpopToken, BearerToken, PresentedCredential, PresentedSeal } from './credential.ts';
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

/** The token with what belongs to its scheme, when this service reads that scheme. */
function tokenOf(
  { scheme, token }: PresentedToken,
  facts: RequestFacts,
  kinds: ReadonlySet<CredentialKind>,
): Outcome<BearerToken | DpopToken> {
  const kind = scheme === 'dpop' ? 'dpop-token' : 'bearer-token';
  if (!kinds.has(kind)) return refuse('CREDENTIAL_UNSUPPORTED', 'authorization.scheme');
  const proofs = kinds.has('dpop-token') ? facts.header('dpop') : [];
  if (kind === 'dpop-token') return accept({ kind, token, proofs: proofs.map((proof) => new Secret(proof)) });
  // A proof beside a bearer token leaves open which of the two the caller means (RFC 9449 §7.2).
  if (proofs.length > 0) return refuse('CREDENTIAL_MULTIPLE', 'dpop', { expected: 'no proof beside a bearer token' });
  return accept({ kind, token });
}

/** The seal of a message. Brokers keep doubled headers, so that two readers could see two seals. */
function sealOf(seals: readonly string[]): Outcome<PresentedSeal | undefined> {
  const [seal] = seals;
  if (seals.length > 1) return refuse('CREDENTIAL_MULTIPLE', 'message.seal', { expected: 'one seal' });
  return accept(seal === undefined ? undefined : { kind: 'sealed-message', seal: new Secret(seal) });
}

/** The credentials of a request, of the kinds this service reads. */
export function extractCredentials(
  facts: RequestFacts,
  kinds: ReadonlySet<CredentialKind>,
): Outcome<readonly PresentedCredential[]> {
  if (facts.headersMayBeCut === true) {
    return refuse('CREDENTIAL_MALFORMED', 'headers', { expected: 'no more lines than the server keeps' });
  }
  const token = parseAuthorizationHeader(facts.header('authorization'));
  if (hasTokenInQuery(facts.target)) {
    const present = !token.ok || token.value !== undefined;
    return refuse(present ? 'CREDENTIAL_MULTIPLE' : 'CREDENTIAL_MALFORMED', 'query.access_token', {
      expected: 'no token in the query',
    });
  }
  if (!token.ok) return token;
  const presented: PresentedCredential[] = [];
  if (facts.peerCertificate !== undefined && kinds.has('client-certificate')) {
    presented.push({ kind: 'client-certificate', peer: facts.peerCertificate });
  }
  if (facts.forwarded !== undefined && kinds.has('forwarded-certificate')) {
    presented.push({ kind: 'forwarded-certificate', forwarded: facts.forwarded });
  }
  if (facts.message !== undefined) {
    const seal = sealOf(facts.message.seals);
    if (!seal.ok) return seal;
    if (seal.value !== undefined && !kinds.has('sealed-message')) {
      return refuse('CREDENTIAL_UNSUPPORTED', 'message.seal');
    }
    if (seal.value !== undefined) presented.push(seal.value);
  }
  if (token.value !== undefined) {
    const credential = tokenOf(token.value, facts, kinds);
    if (!credential.ok) return credential;
    presented.push(credential.value);
  }
  return accept(presented);
}
