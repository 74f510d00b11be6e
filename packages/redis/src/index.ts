/** The only door of @countersign/redis. */
export type { RedisClient, RedisSetOptions } from './redis-client.ts';
export { createRedisMessageLedger } from './redis-message-ledger.ts';
export { createRedisReplayStore } from './redis-replay-store.ts';
export { createRedisRevocationStore } from './redis-revocation-store.ts';
export type { RedisRevocationStore } from './redis-revocation-store.ts';
export { RedisStoreError } from './redis-store-error.ts';
export type { RedisStoreOptions } from './redis-store-options.ts';
