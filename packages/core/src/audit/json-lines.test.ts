import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { AuditEvent } from './audit-event.ts';
import { jsonLines, type JsonLinesOptions } from './json-lines.ts';

const event = { 'event.id': 'id-1', 'caller.id': 'line\nbreak' } as AuditEvent;

test('one event is one line of JSON', () => {
  const stream = new PassThrough();
  const sink = jsonLines(stream);
  void sink.write(event);
  void sink.write(event);
  const text = String(stream.read());
  expect(text.split('\n')).toHaveLength(3);
  expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual(event);
});

describe('a file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

  test('gets the lines of one turn of the event loop in one write, and those of the next in another', async () => {
    const path = join(folder, 'audit.jsonl');
    const file = createWriteStream(path);
    await once(file, 'open');
    const writes = vi.spyOn(file, '_write');
    const gathered = vi.spyOn(file, '_writev' as never);
    const sink = jsonLines(file);
    for (let turn = 0; turn < 2; turn += 1) {
      for (let index = 0; index < 3; index += 1) void sink.write(event);
      await vi.waitUntil(() => file.writableLength === 0);
    }
    expect([writes, gathered].map((spy) => spy.mock.calls.length)).toEqual([0, 2]);
    expect(linesOf(path).map((line) => JSON.parse(line) as unknown)).toEqual(Array.from({ length: 6 }, () => event));
  });

  test('that is ended in the same turn has every line', async () => {
    const path = join(folder, 'audit.jsonl');
    const file = createWriteStream(path);
    const sink = jsonLines(file);
    for (let index = 0; index < 3; index += 1) void sink.write(event);
    file.end();
    await once(file, 'finish');
    expect(linesOf(path)).toHaveLength(3);
  });

  test('gets the lines of a turn that ends the process before it ends', async () => {
    const path = join(folder, 'audit.jsonl');
    const file = createWriteStream(path);
    await once(file, 'open');
    const writes = vi.spyOn(file, '_write');
    void jsonLines(file).write(event);
    expect(writes).not.toHaveBeenCalled();
    const ours = process.listeners('exit').filter(({ name }) => name === 'letAllGo');
    for (const listener of ours) listener(1);
    expect(writes).toHaveBeenCalledOnce();
    await vi.waitUntil(() => file.writableLength === 0);
    expect([ours.length, linesOf(path).length]).toEqual([1, 1]);
  });

  test('confirms each line when it is written', async () => {
    const path = join(folder, 'audit.jsonl');
    const file = createWriteStream(path);
    const sink = jsonLines(file, { confirm: true });
    await Promise.all([sink.write(event), sink.write(event)]);
    expect(linesOf(path)).toHaveLength(2);
    file.end();
  });

  test('that holds back too much fails the write, also within one turn', () => {
    const sink = jsonLines(createWriteStream(join(folder, 'audit.jsonl')), { maximumBufferedBytes: 100 });
    expect(() => {
      for (let index = 0; index < 10; index += 1) void sink.write(event);
    }).toThrow(/holds back/);
  });
});

test('what is no file gets each line at once: it is out when the handler ends the process', () => {
  const written: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  });
  void jsonLines(stream).write(event);
  expect(written).toHaveLength(1);
});

test('a closed stream fails the write', () => {
  const stream = new PassThrough();
  const sink = jsonLines(stream);
  stream.end();
  expect(() => sink.write(event)).toThrow(/closed/);
});

test('a broken stream fails the next write and does not end the process', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const sink = jsonLines(stream);
  void sink.write(event);
  await new Promise((resolve) => setImmediate(resolve));
  expect(() => sink.write(event)).toThrow(/closed/);
});

test('a stream that holds back too much fails the write instead of growing', () => {
  const stuck = new Writable({ write: () => {} });
  const sink = jsonLines(stuck, { maximumBufferedBytes: 100 });
  expect(() => {
    for (let index = 0; index < 10; index += 1) void sink.write(event);
  }).toThrow(/holds back/);
});

test('with confirm, the write settles with the stream', async () => {
  const good = jsonLines(new PassThrough(), { confirm: true });
  await expect(good.write(event)).resolves.toBeUndefined();
  const bad = jsonLines(new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) }), {
    confirm: true,
  });
  await expect(bad.write(event)).rejects.toThrow('disk full');
});

test.each<[string, unknown, object, readonly string[]]>([
  ['a stream', new PassThrough(), { confirm: true, maximumBufferedBytes: 1 }, []],
  ['no stream', undefined, {}, ['stream']],
  ['the name of a file', 'audit.jsonl', {}, ['stream']],
  ['a misspelt option', new PassThrough(), { confrim: true }, ['confrim']],
  [
    'values of the wrong kind',
    new PassThrough(),
    { confirm: 'yes', maximumBufferedBytes: 0 },
    ['confirm', 'maximumBufferedBytes'],
  ],
  ['a limit that is no number', new PassThrough(), { maximumBufferedBytes: Number.NaN }, ['maximumBufferedBytes']],
  [
    'all of it at once',
    null,
    { confrim: true, maximumBufferedBytes: -1 },
    ['confrim', 'stream', 'maximumBufferedBytes'],
  ],
])('options are checked at once: %s', (_case, stream, options, expected) => {
  let faults: readonly string[] = [];
  try {
    jsonLines(stream as Writable, options as JsonLinesOptions);
  } catch (error) {
    faults = (error as ConfigurationError).faults.map(({ option }) => option);
  }
  expect(faults).toEqual(expected);
});
