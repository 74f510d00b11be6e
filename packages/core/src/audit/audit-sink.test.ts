import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { fanOut, required, type AuditSink } from './audit-sink.ts';
import { memorySink } from './memory-sink.ts';

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).faults.map(({ option, problem }) => `${option} ${problem}`);
  }
  return [];
}

const good = memorySink();
const noSink = {} as AuditSink;
const all = (...sinks: readonly unknown[]): AuditSink => fanOut(...(sinks as [AuditSink]));

test.each<[string, () => AuditSink, readonly string[]]>([
  ['one sink', () => all(good), []],
  ['two', () => all(good, required(good)), []],
  ['no sink at all', () => all(), ['sinks are none']],
  ['what cannot write', () => all(noSink), ['sinks[0] is not a sink']],
  ['nothing, beside a good one', () => all(good, undefined), ['sinks[1] is not a sink']],
  ['several that are none', () => all(null, good, 'file'), ['sinks[0] is not a sink', 'sinks[2] is not a sink']],
])('fanOut of %s', (_case, make, faults) => {
  expect(faultsOf(make)).toEqual(faults);
});

test.each<[string, unknown, readonly string[]]>([
  ['a sink', good, []],
  ['nothing', undefined, ['sinks[0] is not a sink']],
  ['what cannot write', noSink, ['sinks[0] is not a sink']],
  ['a function', () => {}, ['sinks[0] is not a sink']],
])('required of %s', (_case, sink, faults) => {
  expect(faultsOf(() => required(sink as AuditSink))).toEqual(faults);
});
