/** Pieces for tests of the program: a run in this process, and files in a directory of its own. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { systemClock } from '@countersign/core';
import { onTestFinished } from 'vitest';
import type { CommandContext } from './commands/command.ts';
import { main } from './main.ts';

/** What a run left. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run is given. */
export interface RunInput extends Partial<Pick<CommandContext, 'directory' | 'importModule' | 'clock'>> {
  readonly stdin?: string;
}

function collector(): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

/** Runs the program in this process. */
export async function run(args: readonly string[], input: RunInput = {}): Promise<Run> {
  const { stdin = '', ...context } = input;
  const [out, err] = [collector(), collector()];
  const code = await main(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: out.stream,
    stderr: err.stream,
    directory: tmpdir(),
    clock: systemClock,
    importModule: (url) => import(/* @vite-ignore */ url),
    ...context,
  });
  return { code, stdout: out.text(), stderr: err.text() };
}

/** Writes files into a new directory, which goes away with the test. Answers the directory. */
export function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
  return directory;
}

/** The findings of a `--json` run, as `REASON check`. */
export function findingsOf({ stdout }: Run): readonly string[] {
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { reason: string; check: string }[] };
  return findings.map(({ reason, check }) => `${reason} ${check}`);
}
