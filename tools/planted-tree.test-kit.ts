/** Plants a small repository for the tests of a checker, and removes it after the test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Path → text. */
export type Tree = Readonly<Record<string, string>>;

/** Writes the files; answers the folder. */
export function plant(tree: Tree): string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'countersign-planted-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
