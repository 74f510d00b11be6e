/**
 * Base64url, strictly (RFC 4648 §3.5 and §5): the one canonical spelling of some bytes and no other. `Buffer` skips what
 * it does not know, stops at padding, takes the other alphabet too, and reads only the low byte of a wide character.
 */

/** Last characters whose unused bits are zero, by what is left of the length after groups of four. */
const lastOf: readonly (string | undefined)[] = [undefined, '', 'AQgw', 'AEIMQUYcgkosw048'];

/**
 * Whether a text holds no character that `Buffer` would take for one of the alphabet: none of the other alphabet, and
 * nothing beyond ASCII. Asked once for a text of several segments; the rest of the alphabet is checked by `decodePlain`.
 */
export function isPlain(text: string): boolean {
  return Buffer.byteLength(text, 'utf8') === text.length && !text.includes('+') && !text.includes('/');
}

/**
 * Decodes a segment of a plain text; undefined when its spelling is not the canonical one. What is no character of the
 * alphabet leaves fewer bytes than the length demands, so nothing needs to be encoded again.
 */
export function decodePlain(segment: string): Buffer | undefined {
  const { length } = segment;
  const last = lastOf[length % 4];
  if (last !== undefined && (last === '' || !last.includes(segment.charAt(length - 1)))) return undefined;
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.length === Math.floor((length * 3) / 4) ? bytes : undefined;
}
