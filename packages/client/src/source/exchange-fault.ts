/**
 * Whose fault a refused exchange is. An issuer answers `invalid_request` about a token of the subject that it does not
 * take (RFC 8693 §2.2.2), or `invalid_grant` when the token is an assertion (RFC 7521 §4.1.1).
 */
import type { CallFaultCode } from '../fault/call-fault.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

const meanings: ReadonlyMap<string, CallFaultCode> = new Map([
  ['invalid_request', 'SUBJECT_REFUSED'],
  ['invalid_grant', 'SUBJECT_REFUSED'],
  ['invalid_token', 'SUBJECT_REFUSED'],
  ['interaction_required', 'SUBJECT_REFUSED'],
  ['invalid_scope', 'EXCHANGE_REFUSED'],
  ['invalid_target', 'EXCHANGE_REFUSED'],
  ['access_denied', 'EXCHANGE_REFUSED'],
]);

/** The fault, as that of an exchange. Faults of this service, and of the issuer, stay what they are. */
export function exchangeFault(error: unknown): unknown {
  if (!(error instanceof ServiceCallError) || error.code !== 'CREDENTIAL_REFUSED') return error;
  const code = meanings.get(error.detail.actual ?? '');
  return code === undefined ? error : new ServiceCallError(code, error.detail);
}
