import { expect, test } from 'vitest';
import { pauseAfter } from './back-off.ts';

test('pauses grow by a second each time, to thirty, and are spread over a fifth', () => {
  const pauses = [1, 2, 3, 29, 30, 31, 1_000].map((failures) => pauseAfter(failures, () => 1));
  expect(pauses).toEqual([1_000, 2_000, 3_000, 29_000, 30_000, 30_000, 30_000]);
  expect(pauseAfter(1, () => 0)).toBe(800);
  expect(pauseAfter(100, () => 0)).toBe(24_000);
});
