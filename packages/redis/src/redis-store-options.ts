/** Options of all stores, checked once, with every fault in one error. */
import { FaultCollector } from '@countersign/core';
import type { RedisClient } from './redis-client.ts';

/** Options of `createRedisReplayStore`, `createRedisRevocationStore` and `createRedisMessageLedger`. */
export interface RedisStoreOptions {
  /** A connected client of the package `redis`: yours, and yours to close. */
  readonly client: RedisClient;
  /** What all keys begin with. Default `countersign:`. Services that share a server but no state need one each. */
  readonly prefix?: string;
  /** Longest wait for an answer, in milliseconds. Default 200, at most 10,000. */
  readonly timeoutMilliseconds?: number;
}

/** The options after the check. */
export type RedisStoreSettings = Required<RedisStoreOptions>;

const known = ['client', 'prefix', 'timeoutMilliseconds'];
const defaultTimeoutMilliseconds = 200;
const longestTimeoutMilliseconds = 10_000;
const plainPrefix = /^[\x21-\x7e]{0,100}$/;

/**
 * Checks the options. `where` names the function they were given to.
 * @throws {ConfigurationError} with every fault.
 */
export function checkRedisStoreOptions(where: string, options: RedisStoreOptions): RedisStoreSettings {
  const faults = new FaultCollector(where);
  if (typeof options !== 'object' || options === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { client }');
    faults.throwIfAny();
  }
  faults.onlyKnown(options, known);
  const { client, prefix = 'countersign:', timeoutMilliseconds = defaultTimeoutMilliseconds } = options;
  const methods = client as Partial<RedisClient> | null | undefined;
  if (![methods?.set, methods?.get, methods?.eval].every((method) => typeof method === 'function')) {
    faults.add('CONFIG_MISSING', 'client', 'is not a client', 'pass createClient({ … }) of the package redis');
  }
  if (typeof prefix !== 'string' || !plainPrefix.test(prefix)) {
    faults.add('CONFIG_INVALID', 'prefix', 'is not plain', 'write up to 100 visible ASCII characters, e.g. "orders:"');
  }
  if (!(timeoutMilliseconds >= 1 && timeoutMilliseconds <= longestTimeoutMilliseconds)) {
    const fix = `write a number of milliseconds from 1 to ${longestTimeoutMilliseconds}`;
    faults.add('CONFIG_INVALID', 'timeoutMilliseconds', 'is out of range', fix);
  }
  faults.throwIfAny();
  return { client, prefix, timeoutMilliseconds };
}
