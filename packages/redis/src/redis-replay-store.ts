/**
 * A replay store that replicas share. One `SET … NX PX` notes a key and says whether it was new: the server decides, so
 * of two replicas that ask at once one hears `true`.
 */
import type { ReplayStore } from '@countersign/core';
import { createSendBounded } from './bounded-command.ts';
import { checkRedisStoreOptions, type RedisStoreOptions } from './redis-store-options.ts';
import { RedisStoreError } from './redis-store-error.ts';
import { replyText } from './reply-text.ts';

/**
 * Makes the store.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createRedisReplayStore(options: RedisStoreOptions): ReplayStore {
  const settings = checkRedisStoreOptions('createRedisReplayStore', options);
  const { client, prefix } = settings;
  const send = createSendBounded(settings);
  return {
    remember: async (key, milliseconds) => {
      const expiration = { type: 'PX', value: Math.max(1, Math.ceil(milliseconds)) } as const;
      const answer = await send(() => client.set(`${prefix}seen:${key}`, '1', { expiration, condition: 'NX' }));
      if (answer === null) return false;
      if (replyText(answer) === 'OK') return true;
      throw new RedisStoreError('The answer is not understood.');
    },
    ready: async () => {
      await send(() => client.get(`${prefix}seen:`));
    },
  };
}
