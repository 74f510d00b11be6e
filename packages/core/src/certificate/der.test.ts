import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { der, oid, text } from './certificate.test-kit.ts';
import { derTags, readChildren, readElement, readOid, readTime, readWhole } from './der.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const whole = (of: Uint8Array) => readElement(of, 0, of.length);

describe('an element', () => {
  test.each([
    ['an empty one', bytes(0x05, 0x00), 2, 2],
    ['a short one', bytes(0x02, 0x01, 0x07), 2, 3],
    ['127 bytes', der(0x04, new Uint8Array(127)), 2, 129],
    ['128 bytes', der(0x04, new Uint8Array(128)), 3, 131],
    ['256 bytes', der(0x04, new Uint8Array(256)), 4, 260],
    ['65,536 bytes', der(0x04, new Uint8Array(65_536)), 5, 65_541],
  ])('is read: %s', (_title, input, start, end) => {
    expect(whole(input)).toEqual({ tag: input[0], from: 0, start, end });
  });

  test.each([
    ['nothing', bytes()],
    ['a tag alone', bytes(0x04)],
    ['content that is cut off', bytes(0x04, 0x02, 0x00)],
    ['a length that is cut off', bytes(0x04, 0x82, 0x01)],
    ['an indefinite length (BER)', bytes(0x24, 0x80, 0x00, 0x00)],
    ['a long form where the short one fits', bytes(0x04, 0x81, 0x01, 0x00)],
    ['a length with a leading zero', der(0x04, new Uint8Array(256)).fill(0, 1, 1)],
    ['two length bytes where one fits', Buffer.concat([bytes(0x04, 0x82, 0x00, 0x80), new Uint8Array(128)])],
    ['a length of five bytes', bytes(0x04, 0x85, 0, 0, 0, 0, 1, 0)],
    ['a reserved length', bytes(0x04, 0xff, 0x00)],
    ['a tag number of several bytes', bytes(0x1f, 0x01, 0x00)],
  ])('is not read: %s', (title, input) => {
    const broken = title.startsWith('a length with')
      ? Buffer.concat([bytes(0x04, 0x83, 0, 1, 0), input.subarray(4)])
      : input;
    expect(whole(broken)).toBeUndefined();
  });

  test('never reaches over its limit, even when there are more bytes', () => {
    expect(readElement(bytes(0x04, 0x02, 0x01, 0x02), 0, 3)).toBeUndefined();
    expect(readElement(bytes(0x04, 0x81, 0x80), 0, 2)).toBeUndefined();
    expect(readElement(bytes(0x04, 0x00), 1, 2)).toBeUndefined();
  });

  test('is the whole of the bytes only with the right tag and nothing behind it', () => {
    const list = der(0x30, der(0x02, [1]));
    expect(readWhole(list, derTags.sequence)).toBeDefined();
    expect(readWhole(list, derTags.integer)).toBeUndefined();
    expect(readWhole(Buffer.concat([list, bytes(0)]), derTags.sequence)).toBeUndefined();
    expect(readWhole(list.subarray(0, -1), derTags.sequence)).toBeUndefined();
  });

  test('has children that fill it exactly, or none', () => {
    const read = (of: Uint8Array) => {
      const parent = whole(of);
      return parent && readChildren(of, parent)?.map(({ tag }) => tag);
    };
    expect(read(der(0x30, der(0x02, [1]), der(0x05)))).toEqual([0x02, 0x05]);
    expect(read(der(0x30))).toEqual([]);
    expect(read(der(0x30, der(0x02, [1]), [0x05]))).toBeUndefined();
    expect(read(der(0x30, [0x02, 0x02, 0x01]))).toBeUndefined();
    expect(read(der(0x30, [0x02, 0x01]))).toBeUndefined();
  });
});

describe('an object identifier', () => {
  const read = (of: Uint8Array) => {
    const element = whole(of);
    return element && readOid(of, element);
  };
  test.each([
    '1.2.840.113549.1.1.11',
    '2.5.29.15',
    '0.9.2342',
    '1.3.6.1.5.5.7.3.2',
    '2.999.1',
    '2.16.840.1.101.3.4.2.1',
  ])('is read: %s', (name) => expect(read(oid(name))).toBe(name));
  test.each([
    ['an empty one', der(0x06)],
    ['a padded arc', der(0x06, [0x55, 0x80, 0x01])],
    ['an arc that is cut off', der(0x06, [0x55, 0x81])],
    ['an arc beyond exact numbers', der(0x06, [0x55, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['another type', der(0x04, [0x55, 0x1d])],
  ])('is not read: %s', (_title, input) => expect(read(input)).toBeUndefined());
});

describe('a time', () => {
  const read = (tag: number, digits: string) => {
    const input = text(tag, digits);
    const element = whole(input);
    return element && readTime(input, element);
  };
  test.each([
    [0x17, '261124120000Z', '2026-11-24T12:00:00.000Z'],
    [0x17, '491231235959Z', '2049-12-31T23:59:59.000Z'],
    [0x17, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [0x18, '20500101000000Z', '2050-01-01T00:00:00.000Z'],
    [0x18, '99991231235959Z', '9999-12-31T23:59:59.000Z'],
    [0x17, '240229000000Z', '2024-02-29T00:00:00.000Z'],
  ])('%i %s is %s', (tag, digits, iso) => expect(read(tag, digits)).toBe(Date.parse(iso)));
  test.each([
    ['without seconds', 0x17, '2611241200Z'],
    ['with an offset', 0x17, '261124120000+0100'],
    ['without Z', 0x17, '261124120000'],
    ['with fractions', 0x18, '20261124120000.5Z'],
    ['on a day that does not exist', 0x17, '260231000000Z'],
    ['on 29 February of no leap year', 0x17, '250229000000Z'],
    ['in month 13', 0x17, '261301000000Z'],
    ['at hour 24', 0x17, '261124240000Z'],
    ['with a leap second', 0x17, '261231235960Z'],
    ['with a NUL', 0x17, '26112412000\0Z'],
    ['with a line feed behind', 0x17, '261124120000Z\n'],
    ['of four digits as UTCTime', 0x17, '20261124120000Z'],
    ['of two digits as GeneralizedTime', 0x18, '261124120000Z'],
    ['of another type', 0x16, '261124120000Z'],
  ])('%s is not read', (_title, tag, digits) => expect(read(tag, digits)).toBeUndefined());
});

describe('whatever the bytes are', () => {
  const anyBytes = fc.uint8Array({ maxLength: 300 });

  test('nothing throws, and every element and child lies inside its parent', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(320), fc.nat(320), (input, from, limit) => {
        const element = readElement(input, from, limit);
        if (element === undefined) return;
        expect(element.from).toBe(from);
        expect(element.start).toBeGreaterThanOrEqual(from + 2);
        expect(element.end).toBeGreaterThanOrEqual(element.start);
        expect(element.end).toBeLessThanOrEqual(limit);
        readOid(input, element);
        readTime(input, element);
        let at = element.start;
        for (const child of readChildren(input, element) ?? []) {
          expect(child.from).toBe(at);
          at = child.end;
          expect(at).toBeLessThanOrEqual(element.end);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('what is read, written again, is the same bytes: there is one spelling of each element', () => {
    fc.assert(
      fc.property(anyBytes, (input) => {
        const element = readElement(input, 0, input.length);
        if (element === undefined) return;
        const again = der(element.tag, input.subarray(element.start, element.end));
        expect(Buffer.compare(again, input.subarray(0, element.end))).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('one byte array is read the same whatever stands behind it', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (input, behind) => {
        const alone = readElement(input, 0, input.length);
        expect(readElement(Buffer.concat([input, behind]), 0, input.length)).toEqual(alone);
      }),
    );
  });
});
