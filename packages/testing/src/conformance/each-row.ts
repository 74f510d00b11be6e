/** Runs a check for every row of a catalogue, and tells of all that failed: one at a time would take all day. */
import assert from 'node:assert/strict';

/** Runs `check` for every row in order. Throws once, with the message of every row that failed. */
export async function eachRow<T extends { readonly name: string }>(
  rows: readonly T[],
  check: (row: T) => Promise<void>,
): Promise<void> {
  const failures: string[] = [];
  for (const row of rows) {
    try {
      await check(row);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failures.push(message.startsWith(row.name) ? message : `${row.name}: ${message}`);
    }
  }
  assert.equal(failures.length, 0, `${failures.length} of ${rows.length} rows failed:\n${failures.join('\n')}`);
}
