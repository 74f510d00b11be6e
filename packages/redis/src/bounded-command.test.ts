import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeRedis } from './fake-redis.test-kit.ts';
import { createRedisReplayStore } from './redis-replay-store.ts';
import { RedisStoreError } from './redis-store-error.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof RedisStoreError ? error.message : `foreign: ${String(error)}`),
  );

test('a server that hangs costs 200 ms and no more, and its late answer changes nothing', async () => {
  const client = fakeRedis();
  client.trouble = 'hangs';
  const store = createRedisReplayStore({ client });
  const told = messageOf(Promise.resolve(store.remember('a', 1000)));
  await vi.advanceTimersByTimeAsync(199);
  expect(await Promise.race([told, Promise.resolve('waiting')])).toBe('waiting');
  await vi.advanceTimersByTimeAsync(1);
  expect(await told).toBe('There was no answer within 200 ms.');
  client.trouble = 'none';
  client.answerLate();
  await vi.advanceTimersByTimeAsync(0);
  // It was noted after all: the attempt that was refused is not good a second time.
  expect(await store.remember('a', 1000)).toBe(false);
});

test('behind a hundred commands without an answer nothing more is sent, until one is answered', async () => {
  const client = fakeRedis();
  client.trouble = 'hangs';
  const store = createRedisReplayStore({ client, timeoutMilliseconds: 10 });
  const told: Promise<string>[] = [];
  for (let index = 0; index < 100; index += 1) told.push(messageOf(Promise.resolve(store.remember(`${index}`, 1000))));
  await vi.advanceTimersByTimeAsync(10);
  expect(new Set(await Promise.all(told))).toEqual(new Set(['There was no answer within 10 ms.']));
  expect(await messageOf(Promise.resolve(store.remember('more', 1000)))).toBe('Too many commands wait for an answer.');
  expect(client.sent).toHaveLength(100);
  client.trouble = 'none';
  client.answerLate();
  await vi.advanceTimersByTimeAsync(0);
  expect(await store.remember('more', 1000)).toBe(true);
});

test('without a connection nothing is sent, and nothing waits for one', async () => {
  const client = fakeRedis();
  client.trouble = 'no connection';
  const store = createRedisReplayStore({ client });
  expect(await messageOf(Promise.resolve(store.remember('a', 1000)))).toBe('There is no connection.');
  expect(client.sent).toEqual([]);
  client.trouble = 'none';
  expect(await store.remember('a', 1000)).toBe(true);
});

const socketError = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' });

test.each<[string, unknown, string]>([
  ['a word of the server', new Error('LOADING Redis is loading the dataset in memory'), 'The command failed: LOADING.'],
  ['a code of the socket', socketError, 'The command failed: ECONNREFUSED.'],
  ['an address', new Error('connect to redis://user:pass@10.0.0.7'), 'The command failed.'],
  ['a password', new Error('Hunter2 is wrong'), 'The command failed.'],
  ['no error', 'redis://user:pass@10.0.0.7', 'The command failed.'],
])('of a failure with %s only a code word is told, and there is no cause', async (_, failure, message) => {
  const client = { ...fakeRedis(), set: () => Promise.reject(failure) };
  const store = createRedisReplayStore({ client });
  expect(await messageOf(Promise.resolve(store.remember('a', 1000)))).toBe(message);
  await expect(store.remember('a', 1000)).rejects.not.toHaveProperty('cause');
});

test('a client that throws where it should reject is a failure as well', async () => {
  const client = {
    ...fakeRedis(),
    set: () => {
      throw new TypeError('The client is closed');
    },
  };
  expect(await messageOf(Promise.resolve(createRedisReplayStore({ client }).remember('a', 1)))).toBe(
    'The command failed.',
  );
});
