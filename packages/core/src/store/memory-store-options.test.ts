import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { createMemoryReplayStore } from './memory-replay-store.ts';
import { createMemoryRevocationStore } from './memory-revocation-store.ts';

const makers = [
  ['createMemoryReplayStore', createMemoryReplayStore],
  ['createMemoryRevocationStore', createMemoryRevocationStore],
] as const;

const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['nothing', undefined, []],
  ['a bound and a clock', { capacity: 5, clock: { monotonic: () => 0 } }, []],
  ['a misspelt option', { capcity: 5 }, ['capcity CONFIG_UNKNOWN_OPTION']],
  ['a bound as text', { capacity: '5' }, ['capacity CONFIG_INVALID']],
  ['a bound that is no number', { capacity: Number.NaN }, ['capacity CONFIG_INVALID']],
  ['no bound', { capacity: Infinity }, ['capacity CONFIG_INVALID']],
  ['a bound below zero', { capacity: -1 }, ['capacity CONFIG_INVALID']],
  ['a clock that is a function', { clock: Date.now }, ['clock CONFIG_INVALID']],
  ['several faults', { capacity: 0.5, clock: {} }, ['capacity CONFIG_INVALID', 'clock CONFIG_INVALID']],
  ['null', null, ['options CONFIG_INVALID']],
];

test.each(makers.flatMap(([name, make]) => cases.map((row) => [name, make, ...row] as const)))(
  '%s: %s %s',
  (name, make, _title, options, expected) => {
    let found: readonly string[] = [];
    try {
      make(options as object);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      expect(error.message).toContain(name);
      found = error.faults.map(({ option, code }) => `${option} ${code}`);
    }
    expect(found).toEqual(expected);
  },
);
