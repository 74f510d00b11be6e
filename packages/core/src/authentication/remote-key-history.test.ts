/** The keys of a producer, read from its own endpoint over a real socket, and what happens when that is gone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { jwksEndpoint } from '../node/jwks-endpoint.ts';
import { at, day, hour, keyBetween, rememberingLogger, standingClock, start } from '../signature/key-ring.test-kit.ts';
import { ringKey, type RingKey } from '../signature/ring-key.ts';
import { createSigningKeyRing } from '../signature/signing-key-ring.ts';
import { remoteKeyHistory, type RemoteKeyHistoryOptions } from './remote-key-history.ts';

const allowHttp = { reason: 'a test on loopback', owner: 'tests', expires: '2026-12-31' };

async function world() {
  const clock = standingClock();
  const logger = rememberingLogger();
  const state = { keys: [ringKey(keyBetween('k1', 0, day))] as readonly RingKey[], isUp: true };
  const ring = createSigningKeyRing({ keys: { list: () => state.keys }, clock });
  const endpoint = jwksEndpoint(ring);
  const server = createServer((request, response) => {
    if (state.isUp) endpoint(request, response, () => void response.writeHead(404).end());
    else response.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/.well-known/historical-keys.json`;
  const history = remoteKeyHistory({ url, allowHttp, clock, logger });
  onTestFinished(async () => {
    await Promise.all([history.close(), ring.close()]);
    server.closeAllConnections();
    server.close();
  });
  const find = async (keyId: string, seconds: number): Promise<string> => {
    const found = await history.find({ keyId, algorithm: 'ES256', signedAt: start + seconds });
    return found.ok ? `key ${found.value.keyId}` : found.reason;
  };
  return { clock, state, history, find, told: logger.told };
}

test('a key is found for the time in which it signed, and for no other', async () => {
  const { history, find, told } = await world();
  await history.ready();
  expect(await find('k1', 0)).toBe('key k1');
  expect(await find('k1', -1)).toBe('KEY_NOT_VALID_THEN');
  expect(await find('k1', day + 1)).toBe('KEY_NOT_VALID_THEN');
  expect(await find('k2', 0)).toBe('TOKEN_KEY_UNKNOWN');
  expect(told.map(({ code }) => code)).toEqual(['WAIVER_IN_FORCE', 'KEYS_REFRESHED']);
});

test('a key that came meanwhile is found, and one that was revoked meanwhile is told', async () => {
  const { clock, state, find } = await world();
  expect(await find('k1', 0)).toBe('key k1');
  const revoked = { revokedAt: at(5), cause: 'compromised' } as const;
  state.keys = [ringKey({ ...keyBetween('k1', 0, day), revoked }), ringKey(keyBetween('k2', 5, day))];
  clock.set(10);
  expect(await find('k2', 7)).toBe('key k2');
  expect(await find('k1', 1)).toBe('KEY_REVOKED');
});

test('while the producer is down its keys are known for an hour, and then nobody can tell', async () => {
  const { clock, state, find } = await world();
  expect(await find('k1', 0)).toBe('key k1');
  state.isUp = false;
  clock.set(hour - 1);
  expect(await find('k1', 0)).toBe('key k1');
  clock.set(hour);
  expect(await find('k1', 0)).toBe('ISSUER_KEYS_UNAVAILABLE');
});

test('when the waiver for plain http has ended, nothing is fetched', async () => {
  const { clock, find } = await world();
  clock.set(31 * day);
  expect(await find('k1', 0)).toBe('ISSUER_KEYS_UNAVAILABLE');
});

describe('the options', () => {
  const good = { url: 'https://orders.test/.well-known/historical-keys.json', clock: standingClock() };

  test('with an https URL are accepted', async () => {
    const history = remoteKeyHistory(good);
    expect(history.find).toBeTypeOf('function');
    await history.close();
  });

  test.each<[string, object, string]>([
    ['no URL', { url: undefined }, 'url'],
    ['a path', { url: '/keys' }, 'url'],
    ['plain http', { url: 'http://orders.test/keys' }, 'url'],
    ['a password in the URL', { url: 'https://a:b@orders.test/keys' }, 'url'],
    ['a waiver that has ended', { allowHttp: { ...allowHttp, expires: '2026-11-30' } }, 'allowHttp.expires'],
    ['a fetch that is none', { fetch: 'fetch' }, 'fetch'],
    ['an option that is none', { jwksUri: good.url }, 'jwksUri'],
  ])('are refused with %s', (_case, changed, option) => {
    const make = (): unknown => remoteKeyHistory({ ...good, ...changed } as RemoteKeyHistoryOptions);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(`- ${option}: `);
  });
});
