import { ConfigurationError } from '@countersign/core';
import { expect, test } from 'vitest';
import { fakeRedis } from './fake-redis.test-kit.ts';
import { createRedisReplayStore, createRedisRevocationStore, type RedisStoreOptions } from './index.ts';

const client = fakeRedis();

test.each<[string, unknown, readonly string[]]>([
  ['no options', undefined, ['options']],
  ['no client', {}, ['client']],
  ['null as client', { client: null }, ['client']],
  ['a URL as client', { client: 'redis://localhost' }, ['client']],
  ['a client of another kind', { client: { ...client, eval: undefined } }, ['client']],
  ['a prefix with white space', { client, prefix: 'a b' }, ['prefix']],
  ['a prefix that is no text', { client, prefix: 5 }, ['prefix']],
  ['a prefix without end', { client, prefix: 'a'.repeat(101) }, ['prefix']],
  ['no time at all', { client, timeoutMilliseconds: 0 }, ['timeoutMilliseconds']],
  ['a time without end', { client, timeoutMilliseconds: Infinity }, ['timeoutMilliseconds']],
  ['a misspelt option', { client, timeout: 5 }, ['timeout']],
  ['several faults', { prefix: ' ', timeoutMilliseconds: -1 }, ['client', 'prefix', 'timeoutMilliseconds']],
])('%s: a start-up error with every fault', (_, options, paths) => {
  for (const create of [createRedisReplayStore, createRedisRevocationStore]) {
    let found: unknown;
    try {
      create(options as RedisStoreOptions);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(ConfigurationError);
    expect((found as ConfigurationError).faults.map(({ option }) => option)).toEqual(paths);
  }
});

test('a client is enough', () => {
  expect(() => createRedisReplayStore({ client })).not.toThrow();
  expect(() => createRedisRevocationStore({ client, prefix: '', timeoutMilliseconds: 10_000 })).not.toThrow();
});
