import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from './retry-after.ts';

const now = Date.parse('2026-11-26T03:00:00Z');

describe('Retry-After', () => {
  it.each<readonly [string | undefined, number | undefined]>([
    ['0', 0],
    ['120', 120],
    ['Thu, 26 Nov 2026 03:00:30 GMT', 30],
    ['Thu, 26 Nov 2026 02:59:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['1, 2', undefined],
    ['9999999999', undefined],
    ['2026-11-26T03:00:30Z', undefined],
    ['Thu, 26 Nov 2026 03:00:30 +0100', undefined],
    ['Thu, 99 Nov 2026 03:00:30 GMT', undefined],
    ['Thu, 26 Foo 2026 03:00:30 GMT', undefined],
  ])('%j means %j seconds', (text, seconds) => {
    expect(retryAfterSeconds(text, now)).toBe(seconds);
  });
});
