import { expect, test } from 'vitest';
import { answerStatusOf } from './answer-status-of.ts';
import { callFaults, type CallFaultCode } from './call-fault.ts';
import { ServiceCallError } from './service-call-error.ts';

test.each<[CallFaultCode, number]>([
  ['SUBJECT_EXPIRED', 401],
  ['SUBJECT_REFUSED', 401],
  ['SUBJECT_MISSING', 403],
  ['ACTOR_REFUSED', 403],
  ['SCOPE_NOT_HELD', 403],
  ['EXCHANGE_REFUSED', 403],
  ['CREDENTIAL_REFUSED', 500],
  ['ISSUER_RESPONSE_INVALID', 502],
  ['CREDENTIAL_UNAVAILABLE', 503],
  ['TIMED_OUT', 504],
])('%s is answered with %i', (code, status) => {
  expect(answerStatusOf(new ServiceCallError(code))).toBe(status);
});

test.each([
  ['an error of others', new Error('x')],
  ['a text', 'x'],
  ['an object', { code: 'SUBJECT_EXPIRED' }],
])('%s is a fault of ours', (_, thrown) => {
  expect(answerStatusOf(thrown)).toBe(500);
});

test('only the subject and its rights are told to the caller as 401 and 403', () => {
  const own = Object.entries(callFaults).filter(([, row]) => row.answerStatus < 500);
  expect(own.every(([code]) => /^(SUBJECT|ACTOR|SCOPE|EXCHANGE)_/.test(code))).toBe(true);
});
