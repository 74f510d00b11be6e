/**
 * A small, strict reader of Protocol Buffers, for messages whose fields are all texts, bytes or messages (wire type 2),
 * as those of the Workload API are. Unknown fields are skipped; a known field of another wire type, a group, a length
 * past the end and an overlong varint are refused. It answers the problem and never throws.
 */
import { isUtf8 } from 'node:buffer';

/** Known fields by number, each with its values in order. Or the problem, as a phrase. */
export type ReadMessage = ReadonlyMap<number, readonly Buffer[]> | string;

/** Values of one message, known and unknown: more is an attack, not a message. */
const maximumFields = 100_000;
const wireTypes = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

interface Varint {
  /** Exact below 2^53, which is all that is used: tags and lengths. */
  readonly value: number;
  readonly end: number;
}

/** Ten bytes at most, as for 64 bits. */
function readVarint(bytes: Buffer, from: number): Varint | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return index === 9 && byte > 1 ? undefined : { value, end: from + index + 1 };
  }
  return undefined;
}

/** Where a value of this wire type ends, and where its content begins. */
function readExtent(bytes: Buffer, from: number, wireType: number): { start: number; end: number } | undefined {
  if (wireType === wireTypes.fixed64) return { start: from, end: from + 8 };
  if (wireType === wireTypes.fixed32) return { start: from, end: from + 4 };
  const varint = readVarint(bytes, from);
  if (varint === undefined) return undefined;
  if (wireType === wireTypes.varint) return { start: from, end: varint.end };
  return wireType === wireTypes.delimited ? { start: varint.end, end: varint.end + varint.value } : undefined;
}

/** Reads a message. `known` are the numbers of its fields. The values are views, not copies. */
export function readMessage(bytes: Buffer, known: readonly number[]): ReadMessage {
  const fields = new Map<number, Buffer[]>();
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value > 0xffff_ffff) return 'has a bad tag';
    const number = Math.floor(tag.value / 8);
    const wireType = tag.value % 8;
    if (number === 0) return 'has a field of number 0';
    const extent = readExtent(bytes, tag.end, wireType);
    if (extent === undefined || extent.end > bytes.length) return `has a field ${number} that is cut off or of no type`;
    at = extent.end;
    count += 1;
    if (count > maximumFields) return `has more than ${maximumFields} values`;
    if (!known.includes(number)) continue;
    if (wireType !== wireTypes.delimited) return `has a field ${number} of another type`;
    const values = fields.get(number);
    const value = bytes.subarray(extent.start, extent.end);
    if (values === undefined) fields.set(number, [value]);
    else values.push(value);
  }
  return fields;
}

/** The value of a field that is no list: the last one counts, and an absent one is empty. */
export function lastOf(values: readonly Buffer[] | undefined): Buffer {
  return values?.at(-1) ?? Buffer.alloc(0);
}

/** The text of a field that is no list; nothing when it is not UTF-8. */
export function textOf(values: readonly Buffer[] | undefined): string | undefined {
  const value = lastOf(values);
  return isUtf8(value) ? value.toString('utf8') : undefined;
}

/** A `map<string, bytes>`. A key that stands twice is refused: one of the two would be lost. */
export function mapOf(values: readonly Buffer[] | undefined): ReadonlyMap<string, Buffer> | string {
  const map = new Map<string, Buffer>();
  for (const value of values ?? []) {
    const entry = readMessage(value, [1, 2]);
    if (typeof entry === 'string') return `has a map entry that ${entry}`;
    const key = textOf(entry.get(1));
    if (key === undefined) return 'has a map key that is not UTF-8';
    if (map.has(key)) return 'has a map key twice';
    map.set(key, lastOf(entry.get(2)));
  }
  return map;
}
