/**
 * The time of an exchange with an issuer. It also bounds what the exchange waits for on our side, such as a vault with the
 * secret of this service: all callers wait for one fetch, so one that never ended would end the client.
 */
import type { MaybePromise } from '@countersign/core';
import { startDeadline, type CallDeadline, type CallTime } from '../call/call-deadline.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** How long it may take. */
export interface IssuerTime extends CallTime {
  /** Ends it early: the client closes. */
  readonly signal: AbortSignal;
}

function faultOf(ended: ServiceCallError): ServiceCallError {
  if (ended.code === 'ABORTED') return new ServiceCallError('CLIENT_CLOSED');
  const detail = { check: 'issuer', expected: `an answer, ${ended.detail.expected}`, actual: 'no answer' };
  return new ServiceCallError('CREDENTIAL_UNAVAILABLE', detail);
}

/** Waits for a work, which is told how long it may take. Rejects with what it rejects with, or with a `ServiceCallError`. */
export async function inIssuerTime<T>(
  { signal, ...time }: IssuerTime,
  work: (deadline: CallDeadline) => MaybePromise<T>,
): Promise<T> {
  const deadline = startDeadline(time, signal);
  try {
    return await deadline.race(Promise.resolve(work(deadline)));
  } catch (error) {
    const ended = deadline.ended();
    throw ended === undefined ? error : faultOf(ended);
  } finally {
    deadline.release();
  }
}
