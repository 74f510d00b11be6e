/**
 * A revocation store that replicas share. An order can only add to an earlier one, in reach and in time: a script on
 * the server compares and writes in one step, so two operators at once cannot undo each other.
 */
import { checkRevocationOrder, revocationName, type Revocation, type RevocationStore } from '@countersign/core';
import { createSendBounded } from './bounded-command.ts';
import { checkRedisStoreOptions, type RedisStoreOptions } from './redis-store-options.ts';
import { RedisStoreError } from './redis-store-error.ts';
import { replyText } from './reply-text.ts';

/** A store that takes revocations. */
export interface RedisRevocationStore extends RevocationStore {
  /**
   * Revokes, for so many milliseconds: as long as the revoked tokens can live.
   * @throws {RedisStoreError} when it is not known to be done. To order again is safe.
   * @throws {RangeError} when the order would revoke nothing.
   */
  revoke(revocation: Revocation, milliseconds: number): Promise<void>;
}

const always = 'always';

/** KEYS: the name. ARGV: the instant or `always`, and the life in milliseconds. */
const addRevocation = `
local standing = redis.call('GET', KEYS[1])
local life = redis.call('PTTL', KEYS[1])
local instant, wanted = ARGV[1], tonumber(ARGV[2])
if standing and (standing == '${always}' or (instant ~= '${always}' and tonumber(standing) > tonumber(instant))) then
  instant = standing
end
if life > wanted then wanted = life end
redis.call('SET', KEYS[1], instant, 'PX', string.format('%.0f', wanted))
return 1
`;

function instantOf(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const text = replyText(value);
  if (text === always) return Infinity;
  const instant = Number(text);
  if (text === undefined || text.trim() === '' || !Number.isFinite(instant))
    throw new RedisStoreError('The answer is not understood.');
  return instant;
}

/**
 * Makes the store.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createRedisRevocationStore(options: RedisStoreOptions): RedisRevocationStore {
  const settings = checkRedisStoreOptions('createRedisRevocationStore', options);
  const { client, prefix } = settings;
  const send = createSendBounded(settings);
  const keyOf = (name: string): string => `${prefix}revoked:${name}`;
  return {
    revoke: async (order, milliseconds) => {
      checkRevocationOrder(order, milliseconds);
      const { kind, issuer, value, issuedUntil = Infinity } = order;
      const instant = issuedUntil === Infinity ? always : String(Math.ceil(issuedUntil));
      const life = Math.ceil(milliseconds);
      if (!Number.isSafeInteger(life)) throw new RangeError('A revocation needs a life in whole milliseconds.');
      const keys = [keyOf(revocationName(kind, issuer, value))];
      const answer = await send(() => client.eval(addRevocation, { keys, arguments: [instant, String(life)] }));
      if (Number(answer) !== 1) throw new RedisStoreError('The answer is not understood.');
    },
    revokedUntil: async (names) => {
      // One GET for each name, not one MGET: in a cluster they lie on several servers. The client sends them together.
      const values = await send(() => Promise.all(names.map((name) => client.get(keyOf(name)))));
      let latest: number | undefined;
      for (const value of values) {
        const instant = instantOf(value);
        if (instant !== undefined) latest = Math.max(latest ?? instant, instant);
      }
      return latest;
    },
    ready: async () => {
      await send(() => client.get(keyOf('')));
    },
  };
}
