import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigurationError } from '../errors/configuration-error.ts';
import { secretFile } from './secret-file.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'secret-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function readIn(source: ReturnType<typeof secretFile>): Promise<string> {
  return (await source.read()).secret.expose();
}

describe('a secret in a file', () => {
  it('is read without the line end, is as old as the file, and is read again when it was replaced', async () => {
    const path = join(folder(), 'client-secret');
    writeFileSync(path, 'one\n');
    utimesSync(path, 1_000, 2_000);
    const source = secretFile(path);
    expect(source.first).toMatchObject({ issuedAt: 2_000_000 });
    expect(source.first?.secret.expose()).toBe('one');
    writeFileSync(`${path}.new`, 'two\r\n');
    renameSync(`${path}.new`, path);
    expect(await readIn(source)).toBe('two');
  });

  it('follows a link that is swapped, as Kubernetes does', async () => {
    const root = folder();
    for (const [name, secret] of [
      ['a', 'one'],
      ['b', 'two'],
    ] as const) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'client-secret'), secret);
    }
    symlinkSync('a', join(root, '..data'));
    symlinkSync(join('..data', 'client-secret'), join(root, 'client-secret'));
    const source = secretFile(join(root, 'client-secret'));
    expect(await readIn(source)).toBe('one');
    symlinkSync('b', join(root, '..next'));
    renameSync(join(root, '..next'), join(root, '..data'));
    expect(await readIn(source)).toBe('two');
  });

  it('that is gone is told as an error, which shows the path and no content', async () => {
    const path = join(folder(), 'client-secret');
    writeFileSync(path, 'canary');
    const source = secretFile(path);
    unlinkSync(path);
    const failure: unknown = await readIn(source).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).not.toContain('canary');
  });

  it.each<[string, (path: string) => unknown, string]>([
    ['is not there', (path) => join(path, 'nothing'), 'cannot be read (ENOENT)'],
    ['is a folder', (path) => path, 'is not a file'],
    ['is a device without an end', () => '/dev/zero', 'is not a file'],
    [
      'is empty',
      (path) => {
        writeFileSync(join(path, 'empty'), '\n');
        return join(path, 'empty');
      },
      'is empty',
    ],
    [
      'is large',
      (path) => {
        writeFileSync(join(path, 'large'), 'x'.repeat(65_537));
        return join(path, 'large');
      },
      'is larger than 65536 bytes',
    ],
    ...(
      [
        ['has two lines', 'one\ntwo\n'],
        ['has a NUL', 'a\0b'],
        ['is no text', Buffer.from([0xff, 0xfe, 0x41])],
      ] as const
    ).map(([name, content]): [string, (path: string) => unknown, string] => [
      name,
      (path) => {
        writeFileSync(join(path, 'odd'), content);
        return join(path, 'odd');
      },
      'is not one line of text',
    ]),
    ['has no name', () => '', 'is not a path'],
    ['is no path', () => undefined, 'is not a path'],
  ])('that %s is a fault at start', (_name, pathOf, problem) => {
    let faults: readonly { problem: string }[] = [];
    try {
      secretFile(pathOf(folder()) as string);
    } catch (error) {
      ({ faults } = error as ConfigurationError);
    }
    expect(faults).toMatchObject([{ problem, option: 'path' }]);
  });
});
