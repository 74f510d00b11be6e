import { expect, test } from 'vitest';
import { ConfigurationError, FaultCollector } from './configuration-error.ts';
import { checkWaiver, isWaiverInForce, type Waiver } from './waiver.ts';

const good: Waiver = { reason: 'old issuer', owner: 'team-a', expires: '2026-12-31' };
const now = Date.parse('2026-11-24T00:00:00Z');

function faultsOf(waiver: unknown): readonly string[] {
  const faults = new FaultCollector('test');
  checkWaiver(faults, 'w', waiver as Waiver, now);
  try {
    faults.throwIfAny();
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults.map((fault) => fault.option);
  }
}

test('a waiver works through its last day and not a millisecond longer', () => {
  expect(isWaiverInForce(good, Date.parse('2026-12-31T23:59:59.999Z'))).toBe(true);
  expect(isWaiverInForce(good, Date.parse('2027-01-01T00:00:00.000Z'))).toBe(false);
});

test('a complete waiver has no fault', () => {
  expect(faultsOf(good)).toEqual([]);
});

test.each([
  ['no waiver at all', true, ['w']],
  ['an empty reason', { ...good, reason: ' ' }, ['w.reason']],
  ['no owner', { ...good, owner: undefined }, ['w.owner']],
  ['a date that is past', { ...good, expires: '2026-11-23' }, ['w.expires']],
  ['a date that does not exist', { ...good, expires: '2026-02-30' }, ['w.expires']],
  ['no date', { ...good, expires: 'never' }, ['w.expires']],
  ['everything wrong at once', { reason: '', owner: '', expires: '' }, ['w.reason', 'w.owner', 'w.expires']],
])('%s is a fault', (_case, waiver, options) => {
  expect(faultsOf(waiver)).toEqual(options);
});

test('a waiver with an unreadable date is never in force', () => {
  expect(isWaiverInForce({ ...good, expires: 'forever' }, now)).toBe(false);
});
