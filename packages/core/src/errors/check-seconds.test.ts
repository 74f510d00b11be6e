import { expect, test } from 'vitest';
import { checkSeconds } from './check-seconds.ts';
import { FaultCollector } from './configuration-error.ts';

const isTaken = (value: unknown, whole: boolean): boolean => {
  const faults = new FaultCollector('test');
  checkSeconds(faults, 'lifetimeSeconds', { value: value as number, least: 1, most: 60, whole });
  return !faults.any;
};

test.each<[unknown, boolean, boolean]>([
  [1, true, true],
  [60, true, true],
  [1.5, true, false],
  [0, false, false],
  [61, false, false],
  [-1, false, false],
  [Number.NaN, false, false],
  [Number.POSITIVE_INFINITY, false, false],
  ['30', false, false],
  [undefined, false, false],
])('%j: %j as a number of seconds, %j as whole seconds', (value, asNumber, asWhole) => {
  expect([isTaken(value, false), isTaken(value, true)]).toEqual([asNumber, asWhole]);
});
