/** The endpoint of public keys, over a real socket. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { day, hour, keyBetween, privateKeyOf, standingClock } from '../signature/key-ring.test-kit.ts';
import { ringKey, type RingKey } from '../signature/ring-key.ts';
import { createSigningKeyRing, type SigningKeyRing } from '../signature/signing-key-ring.ts';
import { call } from './call.test-kit.ts';
import { jwksEndpoint, type JwksEndpointOptions, type ServedKeyRing } from './jwks-endpoint.ts';

const path = '/.well-known/jwks.json';
const historyPath = '/.well-known/historical-keys.json';

function ringOf(): { readonly ring: SigningKeyRing; readonly clock: ReturnType<typeof standingClock> } {
  const clock = standingClock();
  const keys = [keyBetween('k1', 0, day), keyBetween('k2', day, 2 * day)] as const;
  const ring = createSigningKeyRing({ keys, clock });
  onTestFinished(() => ring.close());
  return { ring, clock };
}

/** A server that answers 404 to what is handed on. `mounted` is cut off its URLs, as Express does below a path. */
async function served(ring: SigningKeyRing, options: JwksEndpointOptions = {}, mounted = ''): Promise<number> {
  const middleware = jwksEndpoint(ring, options);
  const server = createServer((request, response) => {
    const { url = '' } = request;
    Object.assign(request, { originalUrl: url, url: url.slice(mounted.length) });
    middleware(request, response, () => void response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('two paths are answered, to readers', () => {
  test.each([
    ['the keys of now', path, 'GET', 200],
    ['the keys of the past', historyPath, 'GET', 200],
    ['with a query', `${path}?a=b`, 'GET', 200],
    ['the head', path, 'HEAD', 200],
    ['a path below', `${path}/x`, 'GET', 404],
    ['a slash behind it', `${path}/`, 'GET', 404],
    ['other letters', path.toUpperCase(), 'GET', 404],
    ['a percent triplet', path.replace('j', '%6a'), 'GET', 404],
    ['a double slash', `/${path}`, 'GET', 404],
    ['a writer', path, 'POST', 404],
    ['a preflight', path, 'OPTIONS', 404],
  ])('%s', async (_case, target, method, status) => {
    const answer = await call(await served(ringOf().ring), target, { method });
    expect(answer.status).toBe(status);
    if (status !== 200) return;
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
    expect(answer.headers['content-type']).toMatch(/^application\/(jwk-set\+)?json$/);
    expect(answer.body === '').toBe(method === 'HEAD');
  });

  test('below a mount path the whole path counts', async () => {
    const port = await served(ringOf().ring, {}, '/.well-known');
    expect((await call(port, path)).status).toBe(200);
    expect((await call(port, `/.well-known${path}`)).status).toBe(404);
  });

  test('at the paths and with the age that are chosen', async () => {
    const port = await served(ringOf().ring, { path: '/keys', historyPath: '/old-keys', maxAgeSeconds: 60 });
    const answer = await call(port, '/keys');
    expect(answer.headers['cache-control']).toBe('public, max-age=60');
    expect((await call(port, '/old-keys')).status).toBe(200);
    expect((await call(port, path)).status).toBe(404);
  });
});

test('what is served follows the ring', async () => {
  const { ring, clock } = ringOf();
  const port = await served(ring);
  const ids = async (target: string): Promise<unknown> => {
    const { body } = await call(port, target);
    return (JSON.parse(body) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };
  expect(await ids(path)).toEqual(['k1', 'k2']);
  clock.set(day + hour);
  expect(await ids(path)).toEqual(['k2']);
  clock.set(3 * day);
  expect(await ids(path)).toEqual([]);
  expect(await ids(historyPath)).toEqual(['k1', 'k2']);
});

test('no member of a private key is ever served', async () => {
  const port = await served(ringOf().ring);
  for (const target of [path, historyPath]) {
    const { body } = await call(port, target);
    for (const kid of ['k1', 'k2']) expect(body).not.toContain(privateKeyOf(kid).export({ format: 'jwk' }).d);
    const { keys } = JSON.parse(body) as { keys: object[] };
    const names = new Set(keys.flatMap((key) => Object.keys(key)));
    const allowed = ['alg', 'crv', 'exp', 'iat', 'kid', 'kty', 'use', 'x', 'y'];
    expect([...names].filter((name) => !allowed.includes(name))).toEqual([]);
  }
});

test('a ring without keys yet answers 503, so that nobody throws away the keys he has', async () => {
  let keys: readonly RingKey[] = [];
  const ring = createSigningKeyRing({ keys: { list: () => keys }, clock: standingClock() });
  onTestFinished(() => ring.close());
  const port = await served(ring);
  const answer = await call(port, path);
  expect([answer.status, answer.headers['cache-control'], answer.headers['retry-after']]).toEqual([
    503,
    'no-store',
    '5',
  ]);
  expect(answer.body).toBe('');
  keys = [ringKey(keyBetween('k1', 0, day))];
  expect((await call(port, path)).status).toBe(200);
});

test.each<[string, object, string]>([
  ['a path that is none', { path: 'jwks' }, 'path'],
  ['a path with a query', { path: '/jwks?x' }, 'path'],
  ['a path that is no text', { historyPath: 7 }, 'historyPath'],
  ['one path for both', { path: historyPath }, 'historyPath'],
  ['an age longer than keys are known before they sign', { maxAgeSeconds: hour + 1 }, 'maxAgeSeconds'],
  ['an age below zero', { maxAgeSeconds: -1 }, 'maxAgeSeconds'],
  ['an age that is none', { maxAgeSeconds: Number.NaN }, 'maxAgeSeconds'],
  ['an option that is none', { maxAge: 60 }, 'maxAge'],
])('the options are refused with %s', (_case, options, option) => {
  const make = (): unknown => jwksEndpoint(ringOf().ring, options as JwksEndpointOptions);
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(`- ${option}: `);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['its keys', { keys: [] }],
  ['the history of a ring', { find: () => undefined }],
])('what is no key ring is refused: %s', (_case, ring) => {
  expect(() => jwksEndpoint(ring as ServedKeyRing)).toThrow('- ring: is no key ring');
});
