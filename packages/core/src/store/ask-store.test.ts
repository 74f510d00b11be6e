import { expect, test, vi } from 'vitest';
import { askStore } from './ask-store.ts';

test('a store in memory answers without a promise', () => {
  expect(askStore(() => true)).toEqual({ told: true, value: true });
  expect(askStore(() => undefined)).toEqual({ told: true, value: undefined });
});

test.each<[string, () => unknown, unknown]>([
  ['a promise', () => Promise.resolve(7), { told: true, value: 7 }],
  // oxlint-disable-next-line unicorn/no-thenable -- a promise of another make
  ['a promise of another make', () => ({ then: (done: (value: number) => void) => done(7) }), { told: true, value: 7 }],
  [
    'a rejection',
    () => Promise.reject(new RangeError('redis://user:secret@host')),
    { told: false, problem: 'RangeError' },
  ],
  [
    'what is thrown',
    () => {
      throw new TypeError('redis://user:secret@host');
    },
    { told: false, problem: 'TypeError' },
  ],
  ['a rejection with a text', () => Promise.reject('secret'), { told: false, problem: 'a value was thrown' }],
])('%s is an answer of its own, and quotes nothing', async (_, ask, answer) => {
  expect(await askStore(ask)).toEqual(answer);
});

test('a store that never answers is waited for a second', async () => {
  vi.useFakeTimers();
  try {
    const asked = askStore(() => new Promise<boolean>(() => {}));
    await vi.advanceTimersByTimeAsync(999);
    const early = await Promise.race([asked, Promise.resolve('waiting')]);
    expect(early).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toEqual({ told: false, problem: 'no answer within 1000 ms' });
  } finally {
    vi.useRealTimers();
  }
});
