import { expect, test, vi } from 'vitest';
import { createMemoryReplayStore } from './memory-replay-store.ts';

function storeOf(capacity: number) {
  const clock = { at: 0, monotonic: () => clock.at };
  return { clock, store: createMemoryReplayStore({ capacity, clock }) };
}

test('a key is new once, and a replay until its time is over', () => {
  const { clock, store } = storeOf(10);
  expect(store.remember('a', 1000)).toBe(true);
  expect(store.remember('a', 1000)).toBe(false);
  expect(store.remember('b', 1000)).toBe(true);
  clock.at = 999;
  expect(store.remember('a', 1000)).toBe(false);
  clock.at = 1000;
  expect(store.remember('a', 1000)).toBe(true);
  expect(store.remember('a', 1000)).toBe(false);
});

test('a replay does not lengthen the time of a key', () => {
  const { clock, store } = storeOf(10);
  store.remember('a', 1000);
  clock.at = 500;
  expect(store.remember('a', 1000)).toBe(false);
  clock.at = 1000;
  expect(store.remember('a', 1000)).toBe(true);
});

test('a full store refuses to answer, and never forgets a key that counts', () => {
  const { clock, store } = storeOf(3);
  for (const key of ['a', 'b', 'c']) store.remember(key, 1000);
  expect(() => store.remember('d', 1000)).toThrow('full');
  for (const key of ['a', 'b', 'c']) expect(store.remember(key, 1000)).toBe(false);
  clock.at = 1000;
  expect(store.remember('d', 1000)).toBe(true);
});

test('a short-lived key behind a long-lived one makes room when it ends', () => {
  const { clock, store } = storeOf(2);
  store.remember('long', 10_000);
  store.remember('short', 10);
  clock.at = 10;
  expect(store.remember('new', 10)).toBe(true);
  expect(store.remember('long', 10)).toBe(false);
});

test('a full store of ten thousand keys is searched once, however many proofs a flood brings', () => {
  const { clock, store } = storeOf(10_000);
  for (let index = 0; index < 10_000; index += 1) store.remember(`key-${index}`, 1000 + index);
  let looked = 0;
  const entriesOf = (map: Map<unknown, unknown>) => Map.prototype.entries.call(map);
  const spy = vi.spyOn(Map.prototype, Symbol.iterator).mockImplementation(function* (this: Map<unknown, unknown>) {
    for (const entry of entriesOf(this)) {
      if (this.size === 10_000) looked += 1;
      yield entry;
    }
    return undefined;
  } as never);
  for (let index = 0; index < 50; index += 1) expect(() => store.remember(`flood-${index}`, 10)).toThrow('full');
  spy.mockRestore();
  // The eldest key for each of them, and no walk over all.
  expect(looked).toBe(50);
  clock.at = 1000;
  expect(store.remember('new', 5)).toBe(true);
  expect(() => store.remember('newer', 5)).toThrow('full');
  clock.at = 1001;
  expect(store.remember('newer', 5)).toBe(true);
  clock.at = 1006;
  for (const key of ['new', 'newer']) expect(store.remember(key, 5)).toBe(true);
});

test('ten thousand keys that ended leave nothing behind', () => {
  const { clock, store } = storeOf(100);
  for (let index = 0; index < 10_000; index += 1) {
    clock.at = index;
    expect(store.remember(`key-${index}`, 50)).toBe(true);
  }
});
