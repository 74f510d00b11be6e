/** Prints Markdown tables, a row as soon as it is known. */

/** A table that is being printed. */
export interface MarkdownTable {
  row(...cells: readonly string[]): void;
}

/** Prints title and head. Columns whose name begins with `#` hold numbers. */
export function startTable(title: string, columns: readonly string[]): MarkdownTable {
  console.log(`\n## ${title}\n`);
  console.log(`| ${columns.map((name) => name.replace(/^#/, '')).join(' | ')} |`);
  console.log(`|${columns.map((name) => (name.startsWith('#') ? '---:' : '---')).join('|')}|`);
  return { row: (...cells) => console.log(`| ${cells.join(' | ')} |`) };
}

/** Two digits after the point. */
export function ratio(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}
