import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventTime } from './event-time.ts';

const start = Date.parse('2026-11-24T12:00:00Z');

test('an instant reads as Date writes it, in whatever order instants come', () => {
  const instants = fc.oneof(
    fc.integer({ min: start - 2_000, max: start + 2_000 }),
    fc.integer({ min: -2_000, max: 2_000 }),
    fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(instants), (times) => {
      for (const time of times) expect(eventTime(time)).toBe(new Date(time).toISOString());
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, -8.64e15 - 1])('%d is no instant', (time) => {
  expect(eventTime(time)).toBe('invalid');
});
