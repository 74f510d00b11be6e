import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { joinProcessState } from './process-state.ts';

test('two copies of the same version share one state', () => {
  const holder = {};
  expect(joinProcessState(holder, '1.2.3')).toBe(joinProcessState(holder, '1.2.3'));
});

test('a second version is a start-up error that names both', () => {
  const holder = {};
  joinProcessState(holder, '1.2.3');
  expect(() => joinProcessState(holder, '1.3.0')).toThrow(ConfigurationError);
  expect(() => joinProcessState(holder, '1.3.0')).toThrow(/1\.2\.3 and 1\.3\.0/);
});
