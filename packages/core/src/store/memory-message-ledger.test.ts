import { expect, test } from 'vitest';
import { createMemoryMessageLedger } from './memory-message-ledger.ts';
import type { MessageAttempt } from './message-ledger.ts';

const attempt: MessageAttempt = {
  name: 'a',
  digest: 'd',
  owner: 'one',
  leaseMilliseconds: 10,
  keepMilliseconds: 100,
};
const second: MessageAttempt = { ...attempt, owner: 'two' };

function start(capacity = 10) {
  const clock = { at: 0, monotonic: () => clock.at };
  return { clock, ledger: createMemoryMessageLedger({ clock, capacity }) };
}

test('a message is new once, busy while its lease runs, and comes again after it', () => {
  const { clock, ledger } = start();
  expect(ledger.begin(attempt)).toBe('new');
  expect(ledger.begin(second)).toBe('busy');
  expect(ledger.begin(attempt)).toBe('busy');
  clock.at = 9;
  expect(ledger.begin(second)).toBe('busy');
  clock.at = 10;
  expect(ledger.begin(second)).toBe('again');
  expect(ledger.begin({ ...attempt, name: 'b' })).toBe('new');
});

test('a message that is complete stays complete until its end', () => {
  const { clock, ledger } = start();
  ledger.begin(attempt);
  ledger.complete(attempt);
  for (const at of [0, 10, 99]) {
    clock.at = at;
    expect(ledger.begin(second)).toBe('done');
  }
  ledger.release(attempt);
  expect(ledger.begin(second)).toBe('done');
  clock.at = 100;
  expect(ledger.begin(second)).toBe('new');
});

test('a lease is ended by its owner and by nobody else', () => {
  const { clock, ledger } = start();
  ledger.begin(attempt);
  ledger.release(second);
  ledger.release({ ...attempt, name: 'b' });
  expect(ledger.begin(second)).toBe('busy');
  ledger.release(attempt);
  expect(ledger.begin(second)).toBe('again');
  // Whoever was too slow ends no lease of another.
  ledger.release(attempt);
  expect(ledger.begin(attempt)).toBe('busy');
  clock.at = 1;
  ledger.complete(attempt);
  ledger.release(second);
  expect(ledger.begin(second)).toBe('done');
});

test('another payload under the same name is another message, begun or complete', () => {
  const { clock, ledger } = start();
  const other = { ...second, digest: 'e' };
  ledger.begin(attempt);
  expect(ledger.begin(other)).toBe('other');
  clock.at = 10;
  expect(ledger.begin(other)).toBe('other');
  ledger.complete(attempt);
  expect(ledger.begin(other)).toBe('other');
});

test('a full ledger throws, and forgets only what has ended', () => {
  const { clock, ledger } = start(2);
  ledger.begin(attempt);
  ledger.complete(attempt);
  ledger.begin({ ...attempt, name: 'b', keepMilliseconds: 200 });
  const third = { ...attempt, name: 'c' };
  expect(() => ledger.begin(third)).toThrow(RangeError);
  clock.at = 99;
  expect(() => ledger.begin(third)).toThrow(RangeError);
  // What is known is still told.
  expect(ledger.begin(attempt)).toBe('done');
  clock.at = 100;
  expect(ledger.begin(third)).toBe('new');
  expect(() => ledger.begin({ ...attempt, name: 'd' })).toThrow(RangeError);
});
