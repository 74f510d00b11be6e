/**
 * What a service answers when a call that it needs got no answer. A failed exchange must not become 500 for a user whose
 * session has ended, nor 401 for one that is in order while the issuer is down.
 */
import { callFaults } from './call-fault.ts';
import { ServiceCallError } from './service-call-error.ts';

/** The status for the caller of this service; 500 for errors that are none of the client. */
export function answerStatusOf(error: unknown): number {
  return error instanceof ServiceCallError ? callFaults[error.code].answerStatus : 500;
}
