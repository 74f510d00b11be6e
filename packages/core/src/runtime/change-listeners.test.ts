import { expect, test } from 'vitest';
import { createChangeListeners } from './change-listeners.ts';

test('everybody is told of each change, until they stop', () => {
  const { watch, tell } = createChangeListeners();
  const told: string[] = [];
  const stop = watch(() => void told.push('one'));
  watch(() => void told.push('two'));
  tell();
  stop();
  stop();
  tell();
  expect(told).toEqual(['one', 'two', 'two']);
});

test('who watches twice is told twice, and stops each by itself', () => {
  const { watch, tell } = createChangeListeners();
  let times = 0;
  const listener = (): void => {
    times += 1;
  };
  const stop = watch(listener);
  watch(listener);
  tell();
  stop();
  tell();
  expect(times).toBe(3);
});

test('what a listener throws reaches nobody, and one that begins meanwhile is told of the next change', () => {
  const { watch, tell } = createChangeListeners();
  const told: string[] = [];
  watch(() => {
    watch(() => void told.push('late'));
    throw new Error('mine');
  });
  watch(() => void told.push('other'));
  tell();
  expect(told).toEqual(['other']);
  tell();
  expect(told).toEqual(['other', 'other', 'late']);
});

test('nobody is told any more once the source has ended', () => {
  const { watch, tell, clear } = createChangeListeners();
  let times = 0;
  watch(() => {
    times += 1;
  });
  tell();
  clear();
  tell();
  expect(times).toBe(1);
});
