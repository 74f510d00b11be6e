/** Values of headers, however a client of a broker gives them: text, bytes, or a list where a header was repeated. */

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  // A header that is neither text nor bytes is not nothing: it is a bad one, and the empty text is refused.
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '';
}

/** Every value. Nothing for a header that is not there. */
export function headerValues(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)];
}

/** Reads an own member of a record of headers, and nothing that it inherits. */
export function ownHeader(headers: unknown, name: string): readonly string[] {
  if (typeof headers !== 'object' || headers === null || !Object.hasOwn(headers, name)) return [];
  return headerValues((headers as Readonly<Record<string, unknown>>)[name]);
}

/** The only value of a header, as text; undefined when there is none, or more than one. */
export function onlyHeader(headers: unknown, name: string): string | undefined {
  const [only, ...more] = ownHeader(headers, name);
  return more.length === 0 ? only : undefined;
}

/** What values tell that must have been sealed: nothing as the empty text, and several as a text that none of them is. */
export function toldBy(values: readonly string[]): string {
  return values.join('\0');
}

/**
 * Every content type that a record of headers tells, under any spelling: brokers compare names with their case, and
 * whoever reads them often does not.
 */
export function contentTypesIn(headers: unknown): readonly string[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers).flatMap(([name, value]) => (isContentType(name) ? headerValues(value) : []));
}

/** Whether it is the name of a header with the content type. */
export function isContentType(name: string): boolean {
  return name.toLowerCase() === 'content-type';
}
