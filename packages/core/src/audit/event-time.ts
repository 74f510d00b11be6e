/** Instants as audit events write them: RFC 3339 in UTC with milliseconds. */

let second = Number.NaN;
let secondText = '';

/**
 * An instant in epoch milliseconds as text; claims can hold instants that Date cannot. Most events are of the same
 * second as the one before, whose text is kept.
 */
export function eventTime(epochMilliseconds: number): string {
  const instant = Math.trunc(epochMilliseconds);
  const start = Math.floor(instant / 1000) * 1000;
  if (start === second) return `${secondText}${String(instant - start).padStart(3, '0')}Z`;
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return 'invalid';
  const text = date.toISOString();
  second = start;
  secondText = text.slice(0, -'000Z'.length);
  return text;
}
