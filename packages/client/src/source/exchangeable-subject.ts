/**
 * Whether a caller has a subject for whom this service may act, and a token of it that may be traded. All of it is known
 * before anything is sent: what the issuer would refuse, and what it might not refuse although it should.
 */
import { maximumActors, subjectTokenOf, type Caller, type MayAct, type SubjectToken } from '@countersign/core';
import type { ExchangeSettings } from './exchange-options.ts';
import { scopesBeyond } from './scope-limits.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** What is demanded of the subject. */
export interface SubjectDemands {
  readonly settings: ExchangeSettings;
  /** Whether the issuer puts this service before those that act already (`act`, RFC 8693 §4.1). */
  readonly growsChain: boolean;
  /** Demands of the grant alone. Throws `ServiceCallError`. */
  readonly judge?: ((subject: SubjectToken, caller: Caller) => void) | undefined;
}

function judgeMayAct(mayAct: MayAct | undefined, { endpoint, actorId }: ExchangeSettings): void {
  if (mayAct === undefined) return;
  const { subject = actorId, issuer = endpoint.issuer } = mayAct;
  const { clientId } = endpoint.clientAuthentication;
  const isUs = subject === actorId && issuer === endpoint.issuer && (mayAct.clientId ?? clientId) === clientId;
  if (isUs) return;
  const actual = [mayAct.subject, mayAct.issuer, mayAct.clientId].filter((name) => name !== undefined).join(' ');
  throw new ServiceCallError('ACTOR_REFUSED', { check: 'may_act', expected: actorId, actual });
}

/**
 * The token of the subject. `now` in epoch milliseconds.
 * @throws {ServiceCallError} when it must not be sent.
 */
export function exchangeableSubject(caller: Caller, demands: SubjectDemands, now: number): SubjectToken {
  const { settings, growsChain, judge } = demands;
  const { scopes, within, subjectIssuers } = settings;
  if (caller.subject === undefined) throw new ServiceCallError('SUBJECT_MISSING', { check: 'subject' });
  const subject = subjectTokenOf(caller);
  if (subject === undefined) throw new ServiceCallError('SUBJECT_MISSING', { check: 'token' });
  if (!subjectIssuers.has(subject.issuer)) {
    const expected = [...subjectIssuers].join(' or ');
    throw new ServiceCallError('SUBJECT_MISSING', { check: 'issuer', expected, actual: subject.issuer });
  }
  // Written so that a clock which answers no number refuses.
  if (!(now < subject.expiresAt)) throw new ServiceCallError('SUBJECT_EXPIRED');
  judgeMayAct(subject.mayAct, settings);
  if (growsChain && caller.actors.length >= maximumActors) {
    throw new ServiceCallError('ACTOR_REFUSED', { check: 'act', expected: `fewer than ${maximumActors} actors` });
  }
  judge?.(subject, caller);
  const beyond = scopesBeyond(scopes, subject.scopes, within);
  if (beyond.length > 0) throw new ServiceCallError('SCOPE_NOT_HELD', { check: 'scope', expected: beyond.join(' ') });
  return subject;
}
