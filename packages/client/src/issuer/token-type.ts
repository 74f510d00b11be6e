/** Types of token (RFC 8693 §3), and the check that a traded token is of the one that was asked for (§2.2.1). */
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { TokenAnswer } from './token-answer.ts';

/** Kinds of token, by the last part of their URI. */
export type ExchangeTokenType = 'access_token' | 'jwt';

/** The URI of a type. */
export function tokenTypeUri(type: ExchangeTokenType): string {
  return `urn:ietf:params:oauth:token-type:${type}`;
}

/**
 * Judges the type of an answer. What an issuer writes there is not shown.
 * @throws {ServiceCallError} `ISSUER_RESPONSE_INVALID`.
 */
export function judgeIssuedType({ issuedTokenType }: TokenAnswer, expected: string): void {
  if (issuedTokenType === expected) return;
  const actual = issuedTokenType === undefined ? 'nothing' : 'another type';
  throw new ServiceCallError('ISSUER_RESPONSE_INVALID', { check: 'issued_token_type', expected, actual });
}
