/** `Retry-After` (RFC 9110 §10.2.3): seconds, or a date. */

const days = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const httpDate = new RegExp(`^${days}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT$`);

/** How long to wait, in seconds; undefined without the header, or when it says nothing that can be read. */
export function retryAfterSeconds(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!httpDate.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
