/**
 * What an issuer answers to a token request (RFC 6749 §5). The token must be one that can be sent in a header (RFC 6750
 * §2.1), and of the type that was asked for: a bearer token in place of a bound one is refused. Nothing looks inside
 * the token: it is opaque to a client (RFC 9068 §6).
 */
import { Secret } from '@countersign/core';
import * as oauth from 'oauth4webapi';
import type { Credential } from '../credential/credential-source.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { IssuedToken } from '../credential/token-cache.ts';

/** A token, and what the issuer says of it. */
export interface TokenAnswer extends IssuedToken {
  /** Its scopes; undefined when the issuer does not say, which means those that were asked for. */
  readonly scopes: readonly string[] | undefined;
  /** `token_type`, in small letters. */
  readonly tokenType: string;
  /** `issued_token_type` (RFC 8693 §2.2.1), as it stands there. Undefined when it is absent. */
  readonly issuedTokenType: string | undefined;
}

/** What the token is bound to. */
export type Binding = Pick<Credential, 'prover' | 'certificateThumbprint'>;

const headerToken = /^[A-Za-z0-9._~+/-]+=*$/;
const longestToken = 16_384;
/** When the issuer does not say, the token is used briefly. */
const assumedLifetimeSeconds = 60;
const longestLifetimeSeconds = 86_400;
const oauthErrors: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'access_denied',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  // Entra ID, on behalf of: the user must be asked.
  'interaction_required',
]);

function invalid(check: string, expected: string): ServiceCallError {
  return new ServiceCallError('ISSUER_RESPONSE_INVALID', { check, expected });
}

/** The errors of the library quote the answer, in which a token may be, so only the code of OAuth is taken over. */
export function tokenFault(error: unknown): ServiceCallError {
  if (error instanceof ServiceCallError) return error;
  if (error instanceof oauth.ResponseBodyError) {
    const { error: code } = error;
    return new ServiceCallError('CREDENTIAL_REFUSED', {
      check: 'token endpoint',
      actual: oauthErrors.has(code) ? code : 'an OAuth error',
    });
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return new ServiceCallError('CREDENTIAL_REFUSED', { check: 'token endpoint', actual: `status ${error.status}` });
  }
  if (error instanceof oauth.UnsupportedOperationError) return invalid('token_type', 'Bearer or DPoP');
  return invalid('token response', 'a token as JSON (RFC 6749 §5.1)');
}

/**
 * Reads the answer.
 * @throws {ServiceCallError} `ISSUER_RESPONSE_INVALID`.
 */
export function readTokenAnswer(answer: oauth.TokenEndpointResponse, binding: Binding): TokenAnswer {
  const { access_token: token, token_type: tokenType, expires_in: seconds, scope } = answer;
  const scheme = binding.prover === undefined ? 'Bearer' : 'DPoP';
  if (tokenType !== scheme.toLowerCase()) throw invalid('token_type', scheme);
  if (token.length > longestToken || !headerToken.test(token)) throw invalid('access_token', 'a token for a header');
  if (seconds !== undefined && !(Number.isFinite(seconds) && seconds > 0)) throw invalid('expires_in', 'seconds');
  const issuedTokenType = answer['issued_token_type'];
  return {
    credential: Object.freeze({ scheme, token: new Secret(token), ...binding }),
    lifetimeSeconds: Math.min(seconds ?? assumedLifetimeSeconds, longestLifetimeSeconds),
    scopes: scope?.split(' '),
    tokenType,
    issuedTokenType: typeof issuedTokenType === 'string' ? issuedTokenType : undefined,
  };
}
