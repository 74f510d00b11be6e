/**
 * Makes untrusted text safe for a log line or an audit event: one line, printable, bounded.
 * Log injection (CR/LF, ANSI, U+2028) and megabyte claims end here.
 */

/** Longest text that leaves the process in an event, in UTF-16 units. */
export const safeTextLimit = 256;

// C0, DEL, C1, line and paragraph separators, bidirectional controls, zero-width characters, BOM, lone surrogates.
const unsafe =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const scan = /^[\x20-\x7e]*$/;

/** Escapes and truncates. Plain ASCII of normal length comes back as it is. */
export function safeText(text: string, limit: number = safeTextLimit): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  if (scan.test(cut)) return cut;
  return cut.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The first texts of a list, each made safe. Frozen, because what is made of one caller is shared by its events. */
export function safeTexts(values: Iterable<string>, limit: number): readonly string[] {
  const kept: string[] = [];
  for (const value of values) {
    if (kept.length >= limit) break;
    kept.push(safeText(value));
  }
  return Object.freeze(kept);
}
