/** Writes a message of Protocol Buffers whose fields are texts (wire type 2): what requests of the Workload API are. */

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}

/** Writes fields, each with its number, in the given order. */
export function writeMessage(fields: readonly (readonly [number: number, value: string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      const bytes = Buffer.from(value, 'utf8');
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}
