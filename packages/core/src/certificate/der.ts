/**
 * A small, strict DER reader (X.690 §10): definite minimal lengths, single-byte tags, nothing left over. It answers
 * `undefined` for anything else and never throws: its input comes from strangers.
 */

/** One element: its tag, and where its content lies. */
export interface DerElement {
  readonly tag: number;
  /** Where the element begins, tag included. */
  readonly from: number;
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/** Tags of this format. */
export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

const longestLengthBytes = 3;

/** Reads the element at `from`, which must end by `limit`. */
export function readElement(bytes: Uint8Array, from: number, limit: number): DerElement | undefined {
  const tag = bytes[from];
  const first = bytes[from + 1];
  // Tag numbers of 31 and more do not occur in certificates.
  if (tag === undefined || first === undefined || from + 2 > limit || (tag & 0x1f) === 0x1f) return undefined;
  if (first < 0x80) {
    const start = from + 2;
    return start + first <= limit ? { tag, from, start, end: start + first } : undefined;
  }
  const count = first & 0x7f;
  if (count === 0 || count > longestLengthBytes) return undefined;
  let length = 0;
  for (let index = 0; index < count; index += 1) length = length * 256 + (bytes[from + 2 + index] ?? 0);
  const least = count === 1 ? 0x80 : 256 ** (count - 1);
  const start = from + 2 + count;
  return length >= least && start + length <= limit ? { tag, from, start, end: start + length } : undefined;
}

/** The elements inside a constructed element, which must fill it exactly. */
export function readChildren(bytes: Uint8Array, parent: DerElement): readonly DerElement[] | undefined {
  const children: DerElement[] = [];
  for (let at = parent.start; at < parent.end;) {
    const child = readElement(bytes, at, parent.end);
    if (child === undefined) return undefined;
    children.push(child);
    at = child.end;
  }
  return children;
}

/** The only element of the bytes, with this tag, and nothing after it. */
export function readWhole(bytes: Uint8Array, tag: number): DerElement | undefined {
  const element = readElement(bytes, 0, bytes.length);
  return element?.tag === tag && element.end === bytes.length ? element : undefined;
}

/** An object identifier in dotted form (X.690 §8.19). */
export function readOid(bytes: Uint8Array, element: DerElement): string | undefined {
  if (element.tag !== derTags.oid || element.start === element.end) return undefined;
  const arcs: number[] = [];
  let arc = 0;
  for (let at = element.start; at < element.end; at += 1) {
    const byte = bytes[at] ?? 0;
    // A leading 0x80 is padding, which DER forbids.
    if (arc === 0 && byte === 0x80) return undefined;
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) return undefined;
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    } else if (at === element.end - 1) return undefined;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

const utcTime = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const generalizedTime = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

/** A time of RFC 5280 §4.1.2.5, in epoch milliseconds. */
export function readTime(bytes: Uint8Array, element: DerElement): number | undefined {
  const text = Buffer.from(bytes.subarray(element.start, element.end)).toString('latin1');
  const isUtc = element.tag === derTags.utcTime;
  if (!isUtc && element.tag !== derTags.generalizedTime) return undefined;
  const match = (isUtc ? utcTime : generalizedTime).exec(text);
  if (match === null) return undefined;
  const [, yearText = '', month, day, hour, minute, second] = match;
  const century = isUtc ? (Number(yearText) >= 50 ? '19' : '20') : '';
  const iso = `${century}${yearText}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  // Date.parse rolls some impossible days over: 31 February must not become March.
  return !Number.isNaN(time) && new Date(time).toISOString() === iso ? time : undefined;
}
