import { revocationName } from '@countersign/core';
import { expect, test } from 'vitest';
import { fakeRedis } from './fake-redis.test-kit.ts';
import { createRedisRevocationStore } from './redis-revocation-store.ts';

const issuer = 'https://issuer.test';

test('a revocation is seen by every replica, under its name and no other', async () => {
  const client = fakeRedis();
  const [one, other] = [createRedisRevocationStore({ client }), createRedisRevocationStore({ client })];
  await one.revoke({ kind: 'jti', issuer, value: 'x' }, 1000);
  expect(await other.revokedUntil([revocationName('jti', issuer, 'x')])).toBe(Infinity);
  const others = [
    revocationName('jti', issuer, 'X'),
    revocationName('subject', issuer, 'x'),
    revocationName('jti', `${issuer}/`, 'x'),
  ];
  expect(await other.revokedUntil(others)).toBeUndefined();
  expect([...client.entries.keys()]).toEqual([`countersign:revoked:${revocationName('jti', issuer, 'x')}`]);
  client.at = 1000;
  expect(await other.revokedUntil([revocationName('jti', issuer, 'x')])).toBeUndefined();
});

test('the latest instant of several names counts', async () => {
  const store = createRedisRevocationStore({ client: fakeRedis() });
  await store.revoke({ kind: 'issuer', issuer, issuedUntil: 500 }, 1000);
  await store.revoke({ kind: 'client', issuer, value: 'orders', issuedUntil: 900.5 }, 1000);
  const names = [revocationName('issuer', issuer), revocationName('client', issuer, 'orders')];
  expect(await store.revokedUntil(names)).toBe(901);
  expect(await store.revokedUntil(names.slice(0, 1))).toBe(500);
  expect(await store.revokedUntil([])).toBeUndefined();
});

test.each(['', ' ', 'never', 'NaN', 'Infinity', '1e999'])('a value that is "%s" is no answer', async (value) => {
  const client = { ...fakeRedis(), get: () => Promise.resolve(value) };
  await expect(createRedisRevocationStore({ client }).revokedUntil(['a'])).rejects.toThrow('not understood');
});

test.each<[string, number, number]>([
  ['no instant', Number.NaN, 1000],
  ['no life', 1, Number.NaN],
  ['a life without end', 1, Infinity],
])('an order with %s is not sent', async (_, issuedUntil, milliseconds) => {
  const client = fakeRedis();
  const store = createRedisRevocationStore({ client });
  await expect(store.revoke({ kind: 'issuer', issuer, issuedUntil }, milliseconds)).rejects.toThrow(RangeError);
  expect(client.sent).toEqual([]);
});

test.each([null, undefined, 0, 'QUEUED', new Error('READONLY')])(
  'an order that is answered with %s is not known to be done',
  async (answer) => {
    const client = { ...fakeRedis(), eval: () => Promise.resolve(answer) };
    const store = createRedisRevocationStore({ client });
    await expect(store.revoke({ kind: 'issuer', issuer }, 1000)).rejects.toThrow('not understood');
  },
);

test.each(['jti', 'subject', 'client', 'key'] as const)(
  'an order for a %s that is not named is not sent',
  async (kind) => {
    const client = fakeRedis();
    const store = createRedisRevocationStore({ client });
    await expect(store.revoke({ kind, issuer }, 1000)).rejects.toThrow(RangeError);
    await expect(store.revoke({ kind, issuer, value: '' }, 1000)).rejects.toThrow(RangeError);
    expect(client.sent).toEqual([]);
  },
);

test('a client that answers with bytes is understood', async () => {
  const fake = fakeRedis();
  const bytesOf = async (reply: Promise<unknown>) => {
    const text = await reply;
    return typeof text === 'string' ? Buffer.from(text) : text;
  };
  const client = { ...fake, get: (key: string) => bytesOf(fake.get(key)) };
  const store = createRedisRevocationStore({ client });
  await store.revoke({ kind: 'issuer', issuer }, 1000);
  expect(await store.revokedUntil([revocationName('issuer', issuer)])).toBe(Infinity);
});

test('one name that cannot be read makes the whole answer unknown', async () => {
  const fake = fakeRedis();
  const client = {
    ...fake,
    get: (key: string) => (key.endsWith('b') ? Promise.reject(new Error('x')) : fake.get(key)),
  };
  await expect(createRedisRevocationStore({ client }).revokedUntil(['a', 'b', 'c'])).rejects.toThrow('failed');
});

test('it is ready when the server answers', async () => {
  const client = fakeRedis();
  const store = createRedisRevocationStore({ client });
  await store.ready?.();
  client.trouble = 'no connection';
  await expect(store.ready?.()).rejects.toThrow('no connection');
});
