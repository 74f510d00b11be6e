import { expect, test } from 'vitest';
import { withinTime } from './within-time.ts';

test('a value in time is passed on, with its falsy values', async () => {
  for (const value of [1, undefined, 'late'])
    expect(await withinTime(Promise.resolve(value), 1_000)).toEqual({ value });
});

test('a rejection in time is passed on as an error', async () => {
  await expect(withinTime(Promise.reject(new Error('down')), 1_000)).rejects.toThrow('down');
  await expect(withinTime(Promise.reject(undefined as unknown as Error), 1_000)).rejects.toThrow('rejected');
});

test('what never comes is late', async () => {
  expect(await withinTime(new Promise(() => {}), 1)).toBe('late');
});
