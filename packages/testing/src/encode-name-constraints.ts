/** The name constraints extension (RFC 5280 §4.2.1.10), byte by byte: which names an authority may speak for. */
import { encodeAltNames } from './encode-alt-names.ts';

/** Names, as constraints: the host of a URI, or a DNS name. */
export interface ConstrainedNames {
  readonly uris?: readonly string[];
  readonly dnsNames?: readonly string[];
}

const sequence = 0x30;
const permittedTag = 0xa0;
const excludedTag = 0xa1;

function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length > 0xffff) throw new RangeError('Name constraints of tests are short.');
  // X.690 §8.1.3: up to 127 in one byte, beyond that with the number of bytes in front.
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}

function subtrees(tag: number, { uris = [], dnsNames = [] }: ConstrainedNames): Buffer {
  const names = [...uris.map((uri) => ({ uris: [uri] })), ...dnsNames.map((name) => ({ dnsNames: [name] }))];
  const bases = names.map((name) => encodeAltNames({ uris: [], dnsNames: [], ipAddresses: [], ...name }));
  // A list of one name is written like the subtree that holds it.
  return bases.length === 0 ? Buffer.alloc(0) : element(tag, Buffer.concat(bases.filter((one) => one !== undefined)));
}

/** The extension's value as DER; undefined when there is no constraint. */
export function encodeNameConstraints(permitted: ConstrainedNames, excluded: ConstrainedNames): Buffer | undefined {
  const content = Buffer.concat([subtrees(permittedTag, permitted), subtrees(excludedTag, excluded)]);
  return content.length === 0 ? undefined : element(sequence, content);
}
