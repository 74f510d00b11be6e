import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entry, field, joined } from '../workload-api.test-kit.ts';
import { lastOf, mapOf, readMessage, textOf } from './read-message.ts';
import { writeMessage } from './write-message.ts';

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);

describe('a message', () => {
  test('gives the values of its known fields, in order', () => {
    const read = readMessage(joined(field(1, 'a'), field(2, 'x'), field(1, 'b')), [1, 2]);
    if (typeof read === 'string') throw new Error(read);
    expect(read.get(1)?.map(String)).toEqual(['a', 'b']);
    expect(textOf(read.get(1))).toBe('b');
    expect(textOf(read.get(3))).toBe('');
    expect(lastOf(read.get(2))).toEqual(Buffer.from('x'));
  });

  test.each([
    ['a text', field(9, 'later')],
    ['a number', bytes(0x48, 0xff, 0x01)],
    ['eight bytes', bytes(0x49, 1, 2, 3, 4, 5, 6, 7, 8)],
    ['four bytes', bytes(0x4d, 1, 2, 3, 4)],
    ['a number of 64 bits', bytes(0x48, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)],
    ['a large field number', bytes(0xf8, 0xff, 0xff, 0xff, 0x0f, 1)],
  ])('may hold an unknown field with %s', (_title, unknown) => {
    const read = readMessage(joined(unknown, field(1, 'a'), unknown), [1]);
    expect(typeof read === 'string' ? read : textOf(read.get(1))).toBe('a');
  });

  test.each([
    ['a tag that is cut off', bytes(0x80)],
    ['a tag of more than 32 bits', bytes(0x80, 0x80, 0x80, 0x80, 0x10, 0)],
    ['field number 0', bytes(0x02, 0)],
    ['a length past the end', bytes(0x0a, 2, 65)],
    ['a length that is cut off', bytes(0x0a, 0x80)],
    ['an overlong varint', bytes(0x48, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0)],
    ['a varint past 64 bits', bytes(0x48, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2)],
    ['a length near 2^64', bytes(0x0a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)],
    ['eight bytes that are cut off', bytes(0x49, 1, 2, 3)],
    ['four bytes that are cut off', bytes(0x4d, 1)],
    ['a group', bytes(0x0b, 0x0c)],
    ['an unknown wire type', bytes(0x0e)],
    ['a known field as a number', bytes(0x08, 1)],
    ['a known field as eight bytes', bytes(0x09, 1, 2, 3, 4, 5, 6, 7, 8)],
    ['more values than there may be', Buffer.from('4a00'.repeat(100_001), 'hex')],
  ])('is refused with %s', (_title, message) => {
    expect(readMessage(message, [1])).toEqual(expect.any(String));
  });

  test('with a text that is not UTF-8 has no text', () => {
    const read = readMessage(field(1, bytes(0xff)), [1]);
    expect(typeof read === 'string' ? read : textOf(read.get(1))).toBeUndefined();
  });

  test('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        const read = readMessage(Buffer.from(any), [1, 2, 3]);
        expect(typeof read === 'string' || read instanceof Map).toBe(true);
        if (typeof read !== 'string') expect(typeof mapOf(read.get(3))).toMatch(/string|object/);
      }),
      { numRuns: 5_000 },
    );
  });

  test('is read as it was written', () => {
    const one = fc.tuple(fc.integer({ min: 1, max: 2 ** 29 - 1 }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), (fields) => {
        const numbers = [...new Set(fields.map(([number]) => number))];
        const read = readMessage(writeMessage(fields), numbers);
        if (typeof read === 'string') throw new Error(read);
        for (const number of numbers) {
          const written = fields.filter(([other]) => other === number).map(([, text]) => text);
          expect(read.get(number)?.map(String)).toEqual(written);
        }
      }),
    );
  });
});

describe('a map', () => {
  const read = (message: Buffer): unknown => {
    const fields = readMessage(message, [1]);
    return typeof fields === 'string' ? fields : mapOf(fields.get(1));
  };

  test('has its entries, an empty key or value included', () => {
    const map = read(joined(entry(1, 'a', 'x'), entry(1, 'b', ''), field(1, '')));
    expect(map).toEqual(
      new Map(
        [
          ['a', 'x'],
          ['b', ''],
          ['', ''],
        ].map(([key, value]) => [key, Buffer.from(value ?? '')]),
      ),
    );
  });

  test.each([
    ['one key twice', joined(entry(1, 'a', 'x'), entry(1, 'a', 'y'))],
    ['a key that is not UTF-8', field(1, field(1, bytes(0xff)))],
    ['a broken entry', field(1, bytes(0x0a, 9))],
  ])('is refused with %s', (_title, message) => {
    expect(read(message)).toEqual(expect.any(String));
  });
});
