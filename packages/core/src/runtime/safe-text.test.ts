import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeText } from './safe-text.ts';

test.each([
  ['CR and LF', 'a\r\nb', 'a\\u000d\\u000ab'],
  ['an ANSI escape', '\u001b[31mred', '\\u001b[31mred'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['a bidirectional override', 'a\u202eb', 'a\\u202eb'],
  ['NUL', 'good\0.evil', 'good\\u0000.evil'],
  ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
])('%s is escaped', (_case, text, expected) => {
  expect(safeText(text)).toBe(expected);
});

test('ordinary text stays as it is, letters of other scripts too', () => {
  expect(safeText('spiffe://prod.example/orders')).toBe('spiffe://prod.example/orders');
  expect(safeText('größe 数 😀')).toBe('größe 数 😀');
});

test('a megabyte is cut to the limit', () => {
  expect(safeText('x'.repeat(1_000_000))).toHaveLength(257);
});

test('whatever comes in, what goes out is one line without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      // oxlint-disable-next-line no-control-regex
      expect(safeText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
    }),
  );
});
