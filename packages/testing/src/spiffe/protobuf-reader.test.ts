import { expect, test } from 'vitest';
import { readTexts } from './protobuf-reader.ts';
import { element, varint } from './protobuf-writer.ts';

const bytes = (...given: readonly number[]): Buffer => Buffer.from(given);

test('texts are read by the number of their field, in their order, whatever their length', () => {
  const long = 'ö'.repeat(70_000);
  const message = Buffer.concat([element(1, 'a'), element(2, long), element(1, ''), element(300, 'far')]);
  const read = readTexts(message);
  expect([read?.get(1), read?.get(2), read?.get(300), read?.get(3)]).toEqual([['a', ''], [long], ['far'], undefined]);
  expect(readTexts(bytes())).toEqual(new Map());
});

test.each<[string, Uint8Array]>([
  ['a tag that does not end', bytes(0x80)],
  ['a tag without a length', bytes(0x0a)],
  ['a length that does not end', bytes(0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)],
  ['a length beyond the message', bytes(0x0a, 0x02, 0x61)],
  ['a number for a text', bytes(0x08, 0x01)],
  ['a group', bytes(0x0b, 0x0c)],
  ['bytes that are no UTF-8', bytes(0x0a, 0x01, 0xff)],
  ['something after the end', Buffer.concat([element(1, 'a'), bytes(0x0a)])],
])('%s is no message', (_title, message) => {
  expect(readTexts(message)).toBeUndefined();
});

test.each([
  [0, '00'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [2 ** 31, '8080808008'],
])('%i is written as %s', (value, hex) => {
  expect(varint(value).toString('hex')).toBe(hex);
});
