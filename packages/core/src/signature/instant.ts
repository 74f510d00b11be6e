/** An instant as people write it in options and files: ISO 8601 in UTC, to the second. Parts of a second are refused. */

/** `toISOString` writes `.000`. */
const written = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.000)?Z$/;

/**
 * Epoch seconds of a text such as `2026-12-01T00:00:00Z` or `2026-12-01T00:00:00.000Z`; undefined when it is none, or no
 * day of the calendar.
 */
export function parseInstant(text: unknown): number | undefined {
  if (typeof text !== 'string' || !written.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  // A day that is none, such as the 30th of February, would become another one.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== text.replace(/(?:\.000)?Z$/, '.000Z'))
    return undefined;
  return milliseconds / 1000;
}

/** The text of whole epoch seconds; undefined when they are none, or beyond the year 9999. */
export function instantOf(epochSeconds: unknown): string | undefined {
  if (!Number.isInteger(epochSeconds)) return undefined;
  const milliseconds = (epochSeconds as number) * 1000;
  if (milliseconds < 0 || milliseconds > Date.UTC(9999, 11, 31)) return undefined;
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}
