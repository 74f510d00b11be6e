/**
 * How results reach a terminal. Claims, names and paths come from strangers: control characters, line breaks and
 * bidirectional tricks are escaped before anything is written, in the readable form and in JSON.
 */
import type { Writable } from 'node:stream';
import { safeText } from '@countersign/core';

/** Longest shown value, in characters. JSON output is not shortened. */
const valueLimit = 2_048;
const nameLimit = 64;

/** A text on one line, escaped and bounded. */
export function shown(text: string): string {
  return safeText(text, valueLimit);
}

/** A value as JSON on one line, escaped and bounded. */
export function shownJson(value: unknown): string {
  return shown(JSON.stringify(value) ?? 'undefined');
}

/** A whole document as JSON. Every line is escaped by itself, so that only our own line breaks are real. */
export function jsonDocument(value: unknown): string {
  const lines = JSON.stringify(value, null, 2).split('\n');
  return `${lines.map((line) => safeText(line, Number.POSITIVE_INFINITY)).join('\n')}\n`;
}

/** One line of a block: a name, its value, and what to add to it. Already escaped, or our own words. */
export type BlockLine = readonly [name: string, value: string, remark?: string];

/** Lines under a title, their values in one column. */
export function block(title: string, lines: readonly BlockLine[]): string {
  const names = lines.map(([name]) => safeText(name, nameLimit));
  const width = Math.max(0, ...names.map((name) => name.length));
  const body = lines.map(([, value, remark], index) => {
    const line = `  ${(names[index] ?? '').padEnd(width)}  ${value}`;
    return remark === undefined ? line : `${line}  (${remark})`;
  });
  return `${[title, ...body].join('\n')}\n`;
}

/** Rows in columns as wide as their widest cell; the last one is open. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  const lines = rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Writes, and waits until the stream took it: the process may end right after. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
