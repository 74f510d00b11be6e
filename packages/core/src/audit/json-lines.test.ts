import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
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
