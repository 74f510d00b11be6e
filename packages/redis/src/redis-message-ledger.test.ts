/** What the ledger sends and how it reads answers. `npm run test:interop redis` runs the scripts on a real server. */
import type { MessageAttempt } from '@countersign/core';
import { expect, test } from 'vitest';
import { fakeRedis } from './fake-redis.test-kit.ts';
import { createRedisMessageLedger } from './redis-message-ledger.ts';

const attempt: MessageAttempt = {
  name: 'abc',
  digest: 'sha-256:x',
  owner: 'me',
  leaseMilliseconds: 60_000,
  keepMilliseconds: 899_999.5,
};

/** A client that answers as told, and notes what it is sent. */
function answering(answer: unknown) {
  const sent: { readonly keys: string[]; readonly arguments: string[] }[] = [];
  const client = {
    ...fakeRedis(),
    eval: (_script: string, given: { keys: string[]; arguments: string[] }) => {
      sent.push(given);
      return Promise.resolve(answer);
    },
  };
  return { client, sent };
}

test('every step is one command, under the name of the message', async () => {
  const { client, sent } = answering('new');
  expect(await createRedisMessageLedger({ client, prefix: 'mail:' }).begin(attempt)).toBe('new');
  const settled = answering('ok');
  const ledger = createRedisMessageLedger({ client: settled.client });
  await ledger.complete(attempt);
  await ledger.release(attempt);
  expect(sent).toEqual([{ keys: ['mail:message:abc'], arguments: ['sha-256:x', 'me', '60000', '900000'] }]);
  expect(settled.sent).toEqual([
    { keys: ['countersign:message:abc'], arguments: ['sha-256:x', 'me', '900000'] },
    { keys: ['countersign:message:abc'], arguments: ['sha-256:x', 'me'] },
  ]);
});

test.each(['new', 'again', 'busy', 'done', 'other'])(
  'the answer %s is passed on, as text and as bytes',
  async (past) => {
    for (const answer of [past, Buffer.from(past)]) {
      expect(await createRedisMessageLedger({ client: answering(answer).client }).begin(attempt)).toBe(past);
    }
  },
);

test.each([null, undefined, 1, '', 'ok', 'NEW', 'QUEUED'])('the answer %s to a beginning is none', async (answer) => {
  const ledger = createRedisMessageLedger({ client: answering(answer).client });
  await expect(ledger.begin(attempt)).rejects.toThrow('not understood');
});

test.each([null, undefined, 1, 'new', 'QUEUED'])('what is answered with %s is not known to be done', async (answer) => {
  const ledger = createRedisMessageLedger({ client: answering(answer).client });
  await expect(ledger.complete(attempt)).rejects.toThrow('not understood');
  await expect(ledger.release(attempt)).rejects.toThrow('not understood');
});

test.each(['hangs', 'no connection', new Error('LOADING of 10.0.0.1')] as const)(
  'a server in trouble (%s) cannot tell',
  async (trouble) => {
    const client = fakeRedis();
    client.trouble = trouble;
    const ledger = createRedisMessageLedger({ client, timeoutMilliseconds: 1 });
    for (const step of [ledger.begin(attempt), ledger.complete(attempt), ledger.release(attempt), ledger.ready?.()]) {
      await expect(step).rejects.toThrow(expect.objectContaining({ name: 'RedisStoreError' }) as Error);
      await expect(step).rejects.not.toThrow('10.0.0.1');
    }
    client.answerLate();
  },
);
