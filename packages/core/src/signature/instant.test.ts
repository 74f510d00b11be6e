import { expect, test } from 'vitest';
import { parseInstant } from './instant.ts';

test('an instant is a second in UTC', () => {
  expect(parseInstant('2026-12-01T00:00:00Z')).toBe(Date.UTC(2026, 11, 1) / 1000);
  expect(parseInstant('2028-02-29T23:59:59Z')).toBe(Date.UTC(2028, 1, 29, 23, 59, 59) / 1000);
});

test('it may be written as toISOString does', () => {
  const date = new Date(Date.UTC(2026, 11, 1));
  expect(parseInstant(date.toISOString())).toBe(date.getTime() / 1000);
});

test.each([
  ['a day', '2026-12-01'],
  ['local time', '2026-12-01T00:00:00'],
  ['another zone', '2026-12-01T00:00:00+01:00'],
  ['a part of a second', '2026-12-01T00:00:00.5Z'],
  ['a thousandth of a second', '2026-12-01T00:00:00.001Z'],
  ['a tenth that is none', '2026-12-01T00:00:00.0Z'],
  ['millionths', '2026-12-01T00:00:00.000000Z'],
  ['thousandths in another zone', '2026-12-01T00:00:00.000+00:00'],
  ['a day that is none', '2026-02-30T00:00:00Z'],
  ['a day that is none, with thousandths', '2026-02-30T00:00:00.000Z'],
  ['an hour that is none', '2026-12-01T24:00:00Z'],
  ['a month that is none', '2026-13-01T00:00:00Z'],
  ['white space', ' 2026-12-01T00:00:00Z'],
  ['a line end', '2026-12-01T00:00:00Z\n'],
  ['a number', 1_796_083_200],
  ['a date object', new Date(0)],
  ['nothing', undefined],
])('%s is none', (_case, given) => {
  expect(parseInstant(given)).toBeUndefined();
});
