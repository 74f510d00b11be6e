import { expect, test } from 'vitest';
import { fakeRedis } from './fake-redis.test-kit.ts';
import { createRedisReplayStore } from './redis-replay-store.ts';

test('a key is new once among all replicas, until its time is over', async () => {
  const client = fakeRedis();
  const [one, other] = [createRedisReplayStore({ client }), createRedisReplayStore({ client })];
  expect(await one.remember('a', 1000)).toBe(true);
  expect(await other.remember('a', 1000)).toBe(false);
  expect(await other.remember('b', 1000)).toBe(true);
  client.at = 999;
  expect(await one.remember('a', 1000)).toBe(false);
  client.at = 1000;
  expect(await one.remember('a', 1000)).toBe(true);
});

test('keys stand under the prefix, and services with another one share nothing', async () => {
  const client = fakeRedis();
  expect(await createRedisReplayStore({ client }).remember('a', 10)).toBe(true);
  expect(await createRedisReplayStore({ client, prefix: 'orders:' }).remember('a', 10)).toBe(true);
  expect([...client.entries.keys()]).toEqual(['countersign:seen:a', 'orders:seen:a']);
});

test('a part of a millisecond is rounded up, because the server counts whole ones', async () => {
  const client = fakeRedis();
  await createRedisReplayStore({ client }).remember('a', 0.2);
  await createRedisReplayStore({ client }).remember('b', 1.2);
  expect([...client.entries.values()].map(({ endsAt }) => endsAt)).toEqual([1, 2]);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['the old value', '1'],
  ['a number', 1],
  ['true', true],
])('an answer that is %s is no answer', async (_, answer) => {
  const client = { ...fakeRedis(), set: () => Promise.resolve(answer) };
  await expect(createRedisReplayStore({ client }).remember('a', 10)).rejects.toThrow('not understood');
});

test('it is ready when the server answers', async () => {
  const client = fakeRedis();
  const store = createRedisReplayStore({ client });
  await store.ready?.();
  client.trouble = new Error('LOADING Redis is loading the dataset in memory');
  await expect(store.ready?.()).rejects.toThrow('LOADING');
});
