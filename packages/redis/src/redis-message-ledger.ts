/**
 * A message ledger that replicas share. Each step is one script on the server, which compares and writes at once and
 * reads its own clock: of two replicas that begin one message, one gets the lease, whatever their clocks say.
 */
import type { MessageAttempt, MessageLedger, MessagePast } from '@countersign/core';
import { createSendBounded } from './bounded-command.ts';
import { checkRedisStoreOptions, type RedisStoreOptions } from './redis-store-options.ts';
import { RedisStoreError } from './redis-store-error.ts';
import { replyText } from './reply-text.ts';

/** KEYS: the name. ARGV: digest, owner, lease and life in milliseconds. An entry is `state|digest|owner|end of lease`. */
const begin = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local standing = redis.call('GET', KEYS[1])
local past = 'new'
if standing then
  local state, digest, lease = string.match(standing, '^(%a+)|([^|]+)|[^|]*|(%d+)$')
  if digest ~= ARGV[1] then return 'other' end
  if state ~= 'begun' then return 'done' end
  if tonumber(lease) > now then return 'busy' end
  past = 'again'
end
local lease = string.format('%.0f', now + tonumber(ARGV[3]))
redis.call('SET', KEYS[1], 'begun|' .. ARGV[1] .. '|' .. ARGV[2] .. '|' .. lease, 'PX', ARGV[4])
return past
`;

/** KEYS: the name. ARGV: digest, owner, life. Also when another attempt has begun meanwhile: the message was handled. */
const complete = `
redis.call('SET', KEYS[1], 'done|' .. ARGV[1] .. '|' .. ARGV[2] .. '|0', 'PX', ARGV[3])
return 'ok'
`;

/** KEYS: the name. ARGV: digest, owner. Ends the lease of this owner, and of nobody else. */
const release = `
local standing = redis.call('GET', KEYS[1])
local life = redis.call('PTTL', KEYS[1])
if not standing or life <= 0 then return 'ok' end
local state, digest, owner = string.match(standing, '^(%a+)|([^|]+)|([^|]*)|%d+$')
if state == 'begun' and digest == ARGV[1] and owner == ARGV[2] then
  redis.call('SET', KEYS[1], 'begun|' .. digest .. '|' .. owner .. '|0', 'PX', life)
end
return 'ok'
`;

const pasts: readonly MessagePast[] = ['new', 'again', 'busy', 'done', 'other'];

function whole(milliseconds: number): string {
  return String(Math.max(1, Math.ceil(milliseconds)));
}

/**
 * Makes the ledger. Use it on a server that evicts nothing (`maxmemory-policy noeviction`): a message that is forgotten
 * can be replayed.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createRedisMessageLedger(options: RedisStoreOptions): MessageLedger {
  const settings = checkRedisStoreOptions('createRedisMessageLedger', options);
  const { client, prefix } = settings;
  const send = createSendBounded(settings);
  const keyOf = (name: string): string => `${prefix}message:${name}`;
  const run = async (script: string, { name }: MessageAttempt, given: string[]): Promise<string | undefined> =>
    replyText(await send(() => client.eval(script, { keys: [keyOf(name)], arguments: given })));
  const done = (answer: string | undefined): void => {
    if (answer !== 'ok') throw new RedisStoreError('The answer is not understood.');
  };
  return {
    begin: async (attempt) => {
      const { digest, owner, leaseMilliseconds, keepMilliseconds } = attempt;
      const answer = await run(begin, attempt, [digest, owner, whole(leaseMilliseconds), whole(keepMilliseconds)]);
      const past = pasts.find((one) => one === answer);
      if (past === undefined) throw new RedisStoreError('The answer is not understood.');
      return past;
    },
    complete: async (attempt) => {
      const { digest, owner, keepMilliseconds } = attempt;
      done(await run(complete, attempt, [digest, owner, whole(keepMilliseconds)]));
    },
    release: async (attempt) => {
      done(await run(release, attempt, [attempt.digest, attempt.owner]));
    },
    ready: async () => {
      await send(() => client.get(keyOf('')));
    },
  };
}
