/**
 * A header block of HTTP/2 (RFC 7541), field by field as it is given: names may repeat, stand in any order and hold any
 * byte. Every field is a literal without indexing (§6.2.2), so that nothing is remembered on either side.
 */

/** Name and value of a field; pseudo-header fields such as `:path` are fields like others here. */
export type HeaderField = readonly [name: string, value: string];

const literalWithoutIndexing = 0x00;
/** Integers with a prefix of seven bits (§5.1): lengths of texts, whose eighth bit says that no Huffman code is used. */
const prefixMaximum = 0x7f;

function encodeLength(length: number): number[] {
  if (length < prefixMaximum) return [length];
  const bytes = [prefixMaximum];
  let rest = length - prefixMaximum;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function encodeText(text: string): Buffer {
  // One byte for each character: field values are bytes, and tests write those that are no UTF-8.
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.from(encodeLength(bytes.length)), bytes]);
}

/** The block of these fields. */
export function encodeHeaderBlock(fields: readonly HeaderField[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([literalWithoutIndexing]), encodeText(name), encodeText(value)]),
  );
}
