/**
 * A unified diff of two small texts with all of their lines, as `diff -U 9999 --suppress-blank-empty` writes it: an
 * empty line that stays is an empty line, because formatters of Markdown take its space away.
 */

/** Makes it. Both texts end with a line break. */
export function unifiedDiff(before: string, after: string): string {
  const [old, young] = [linesOf(before), linesOf(after)];
  const lines = editsOf(old, young);
  return ['--- before.ts', '+++ after.ts', `@@ -1,${old.length} +1,${young.length} @@`, ...lines].join('\n');
}

/** What a diff with all lines says of a side: `-` the text before, `+` the text after. */
export function sideOf(diff: string, side: '-' | '+'): string {
  const kept = diff
    .split('\n')
    .slice(3)
    .filter((line) => line === '' || line.startsWith(' ') || line.startsWith(side));
  return kept.map((line) => `${line.slice(1)}\n`).join('');
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

/** The longest common subsequence decides what stays; what goes stands before what comes. */
function editsOf(old: readonly string[], young: readonly string[]): readonly string[] {
  const width = young.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = young.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = old[i] === young[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      lines.push(old[i] === '' ? '' : ` ${old[i]}`);
      i += 1;
      j += 1;
    } else if (j >= young.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`-${old[i]}`);
      i += 1;
    } else {
      lines.push(`+${young[j]}`);
      j += 1;
    }
  }
  return lines;
}
