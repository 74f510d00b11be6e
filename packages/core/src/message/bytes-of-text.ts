/**
 * The bytes of a text as UTF-8. A text with half a pair of surrogates has none: other texts would share them (WHATWG
 * Encoding, "UTF-8 encode", writes U+FFFD for it), and the one that is handled would not be the one that was sealed.
 */

/** The bytes, or nothing when the text has none of its own. */
export function bytesOfText(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.toString('utf8') === text ? bytes : undefined;
}
