/**
 * Protocol Buffers, written by hand: as much of the wire format (protobuf.dev/programming-guides/encoding) as the
 * messages of the SPIFFE Workload API need. Written, not generated, so that broken messages can be written, too.
 */

const wireTypes = { varint: 0, fixed64: 1, lengthDelimited: 2 } as const;
const structNumbers = { null: 1, number: 2, text: 3, bool: 4, struct: 5, list: 6 } as const;

/** An unsigned integer in base 128. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function tag(number: number, wireType: number): Buffer {
  return varint(number * 8 + wireType);
}

/** A text or bytes, although they may be empty: what stands in lists and maps. */
export function element(number: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([tag(number, wireTypes.lengthDelimited), varint(bytes.length), bytes]);
}

/** A text or bytes as a field of a message. As proto3 does it, an empty one is left out. */
export function field(number: number, value: string | Uint8Array): Buffer {
  return value.length === 0 ? Buffer.alloc(0) : element(number, value);
}

/** The entries of a map from texts to bytes or texts. */
export function mapField(number: number, map: ReadonlyMap<string, string | Uint8Array>): Buffer {
  const entries = [...map].map(([key, value]) => element(number, Buffer.concat([field(1, key), field(2, value)])));
  return Buffer.concat(entries);
}

/** A `google.protobuf.Value`. */
function encodeValue(value: unknown): Buffer {
  if (typeof value === 'string') return element(structNumbers.text, value);
  if (typeof value === 'boolean') {
    return Buffer.concat([tag(structNumbers.bool, wireTypes.varint), varint(value ? 1 : 0)]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return Buffer.concat([tag(structNumbers.number, wireTypes.fixed64), bytes]);
  }
  if (Array.isArray(value)) {
    return element(structNumbers.list, Buffer.concat(value.map((one) => element(1, encodeValue(one)))));
  }
  if (typeof value === 'object' && value !== null) {
    return element(structNumbers.struct, encodeStruct(value as Readonly<Record<string, unknown>>));
  }
  return Buffer.concat([tag(structNumbers.null, wireTypes.varint), varint(0)]);
}

/** A `google.protobuf.Struct` of a JSON object. */
export function encodeStruct(object: Readonly<Record<string, unknown>>): Buffer {
  return mapField(1, new Map(Object.entries(object).map(([name, value]) => [name, encodeValue(value)])));
}
