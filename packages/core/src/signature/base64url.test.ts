import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { decodePlain, isPlain } from './base64url.ts';

/** The slow and plain way: what comes back from decoding and encoding is canonical. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

function accepts(text: string): boolean {
  return isPlain(text) && decodePlain(text) !== undefined;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
const foreign: readonly string[] = [
  '+',
  '/',
  '=',
  ' ',
  '\n',
  '\t',
  '\0',
  '.',
  '"',
  '\x7f',
  '\x80',
  'é',
  '\xff',
  'Ł',
  '\u4141',
  '😀',
  '\ud800',
];

test.each(['', 'QUJD', 'QUJDR', 'QUJDRE', 'QUJDRUY'])(
  'every last character is judged as by encoding again: after %j',
  (start) => {
    for (const end of [...alphabet, ...foreign]) {
      expect([start + end, accepts(start + end)]).toEqual([start + end, isCanonical(start + end)]);
    }
  },
);

test('a character of no alphabet is refused wherever it stands', () => {
  for (const length of [2, 3, 4, 6, 7, 8, 43, 86, 342]) {
    const good = Buffer.alloc(Math.floor((length * 3) / 4), 7).toString('base64url');
    expect(accepts(good)).toBe(true);
    for (const character of foreign) {
      for (let at = 0; at <= good.length; at += Math.max(1, Math.floor(length / 8))) {
        for (const bad of [
          good.slice(0, at) + character + good.slice(at + 1),
          good.slice(0, at) + character + good.slice(at),
          good.slice(0, at) + character.repeat(4) + good.slice(at),
        ]) {
          expect([bad, accepts(bad)]).toEqual([bad, false]);
        }
      }
    }
  }
});

test('bytes of any length come back, and a text of any characters is judged as by encoding again', () => {
  const characters = [...alphabet, ...alphabet, ...alphabet, ...foreign];
  for (let round = 0; round < 3000; round += 1) {
    const noise = createHash('sha512').update(`round ${round}`).digest();
    const bytes = noise.subarray(0, round % 65);
    const text = bytes.toString('base64url');
    expect(isPlain(text) && decodePlain(text)?.equals(bytes)).toBe(true);
    // Short texts hold foreign characters seldom enough that some are canonical.
    const mixed = [...noise.subarray(0, round % 9)].map((byte) => characters[byte % characters.length]).join('');
    expect([mixed, accepts(mixed)]).toEqual([mixed, isCanonical(mixed)]);
  }
});
