/** Reads the requests of the SPIFFE Workload API: messages whose fields are texts. */

const lengthDelimited = 2;
const maximumVarintLength = 5;

/** A varint and where it ends; undefined when it does not end. */
function readVarint(bytes: Uint8Array, start: number): readonly [value: number, end: number] | undefined {
  let value = 0;
  for (let index = 0; index < maximumVarintLength; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 0x80 ** index;
    if (byte < 0x80) return [value, start + index + 1];
  }
  return undefined;
}

/** The texts of a message by the number of their field; undefined when it is no such message. */
export function readTexts(message: Uint8Array): ReadonlyMap<number, readonly string[]> | undefined {
  const texts = new Map<number, string[]>();
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  for (let position = 0; position < message.length;) {
    const tag = readVarint(message, position);
    const length = tag === undefined ? undefined : readVarint(message, tag[1]);
    if (tag === undefined || length === undefined || tag[0] % 8 !== lengthDelimited) return undefined;
    const [size, start] = length;
    const end = start + size;
    if (end > message.length) return undefined;
    try {
      const number = Math.floor(tag[0] / 8);
      texts.set(number, [...(texts.get(number) ?? []), utf8.decode(message.subarray(start, end))]);
    } catch {
      return undefined;
    }
    position = end;
  }
  return texts;
}
