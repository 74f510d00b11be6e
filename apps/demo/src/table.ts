/** Text tables for a terminal. */

/** One column: its title, and how wide it may get. */
export interface Column {
  readonly title: string;
  readonly width: number;
}

function cell(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** The two header lines. */
export function tableHead(columns: readonly Column[]): string {
  const titles = columns
    .map(({ title, width }) => cell(title, width))
    .join('  ')
    .trimEnd();
  const rule = columns.map(({ width }) => '─'.repeat(width)).join('  ');
  return `${titles}\n${rule}`;
}

/** One line. */
export function tableRow(columns: readonly Column[], values: readonly string[]): string {
  return columns
    .map(({ width }, index) => cell(values[index] ?? '', width))
    .join('  ')
    .trimEnd();
}
