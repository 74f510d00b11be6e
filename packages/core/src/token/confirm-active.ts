/**
 * A JWT that has verified here, and what its issuer says about it on top (RFC 7662): the answer can end or narrow the
 * token, and never widens it. An answer about another client, subject, actor or key is not about this token.
 */
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { noScopes, parseScopes, type ScopeSet } from '../identity/scope-set.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import type { JudgedToken } from './judged-token.ts';
import type { VerifiedToken } from './verify-token.ts';

/** What is verified about the JWT, in the words of an answer: it stands where the answer is silent. */
export function claimsToConfirm({ token, record }: JudgedToken): JsonObject {
  const { times, audience, scopes, identity } = token;
  return {
    ...times,
    aud: audience,
    scope: [...scopes].join(' ') || undefined,
    [record.callerClaim]: identity.clientId,
  };
}

function commonScopes(one: ScopeSet, other: ScopeSet): ScopeSet {
  const common = [...one].filter((scope) => other.has(scope));
  if (common.length === one.size) return one;
  return parseScopes(common.join(' ')) ?? noScopes;
}

/** What both name must be the same; what the answer leaves out is not in doubt. */
function judgeSameness(token: VerifiedToken, answer: VerifiedToken): Refusal | undefined {
  if (answer.identity.clientId !== token.identity.clientId) {
    return refuse('TOKEN_INACTIVE', 'introspection.client_id', { expected: 'the client that the token names' });
  }
  for (const name of ['jti', 'sub'] as const) {
    if (answer[name] === undefined || answer[name] === (token[name] ?? answer[name])) continue;
    return refuse('TOKEN_INACTIVE', `introspection.${name}`, { expected: `the ${name} that the token names` });
  }
  // The outermost actor is the caller, also where only the answer names one.
  if (answer.actors.length === 0 || answer.actors[0] === token.actors[0]) return undefined;
  return refuse('TOKEN_INACTIVE', 'introspection.act', { expected: 'the actor that the token names' });
}

/** Joins both. */
export function confirmActive(token: VerifiedToken, answer: VerifiedToken): Outcome<VerifiedToken> {
  const { confirmation } = token;
  const difference = judgeSameness(token, answer);
  if (difference !== undefined) return difference;
  for (const member of ['certificate', 'key'] as const) {
    const other = answer.confirmation?.[member];
    if (other !== undefined && other !== (confirmation?.[member] ?? other)) {
      return refuse('BINDING_MISMATCH', 'introspection.cnf', { expected: 'the key that the token is bound to' });
    }
  }
  const bound = { ...confirmation, ...answer.confirmation };
  return accept({
    ...token,
    scopes: commonScopes(token.scopes, answer.scopes),
    expiresAt: Math.min(token.expiresAt, answer.expiresAt),
    confirmation: Object.keys(bound).length === 0 ? undefined : bound,
  });
}
