import { expect, test } from 'vitest';
import { randomHex, uuidv7 } from './random-id.ts';

test('ten thousand ids are all different, across many refills of the pool', () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => randomHex(16)));
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test('an event id is a UUID version 7 of its instant', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  const id = uuidv7(now);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(now);
});

test('event ids sort by time', () => {
  expect(uuidv7(1_000) < uuidv7(2_000)).toBe(true);
});
