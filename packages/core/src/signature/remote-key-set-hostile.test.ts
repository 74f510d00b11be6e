import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loopbackServer, serves } from '../runtime/loopback-server.test-kit.ts';
import type { KeySource } from './key-source.ts';
import { coolDownMilliseconds, createRemoteKeySet } from './remote-key-set.ts';
import { Bench, first, issuer, pass, second, stopClocks, unavailable } from './remote-key-set.test-kit.ts';

beforeEach(stopClocks);
afterEach(() => {
  vi.useRealTimers();
});

const keyless = 'the key set has no usable key';

test.each([
  ['keys: null', () => Response.json({ keys: null }), 'the key set has no list of keys'],
  ['ten thousand keys', () => Response.json({ keys: Array(10_000).fill({}) }), 'the key set has more than 100 keys'],
  ['a private key', () => Response.json({ keys: [{ ...second, d: 'AA' }] }), keyless],
  ['a symmetric key', () => Response.json({ keys: [{ kty: 'oct', k: 'AA' }] }), keyless],
  ['a list', () => Response.json([first]), 'the key set is not an object'],
  ['a duplicate member', () => json('{"keys":[],"keys":[]}'), 'the key set has a duplicate member'],
  ['a byte order mark', () => json('\ufeff{"keys":[]}'), 'the key set is not JSON'],
  ['nothing', () => json(''), 'the key set is not JSON'],
  ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'the content type is not JSON'],
  ['HTML that says JSON', () => json('<html>'), 'the key set is not JSON'],
  ['a redirect', () => Response.redirect('http://169.254.169.254/', 302), 'the server redirects'],
  ['a failure', () => new Response('secret', { status: 500 }), 'the server answered 500'],
])('an answer with %s keeps the old keys and raises an alarm', async (_case, answer, problem) => {
  const bench = new Bench();
  await bench.source.ready?.();
  await pass(coolDownMilliseconds);
  bench.answer = async () => answer();
  expect(await bench.find('second')).toMatchObject({ ...unavailable, detail: { actual: problem } });
  expect(bench.find()).toMatchObject({ ok: true });
  expect(bench.notices.at(-1)).toMatchObject({
    code: 'KEYS_REFRESH_FAILED',
    level: 'error',
    facts: { issuer, problem },
  });
  // A cold start with the same answer is not ready, and says why.
  const cold = new Bench();
  cold.answer = bench.answer;
  await expect(cold.source.ready?.()).rejects.toThrow(`The keys of ${issuer} cannot be had: ${problem}.`);
  expect(JSON.stringify([...bench.notices, ...cold.notices])).not.toContain('secret');
});

function json(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json' } });
}

test('an issuer that withdraws every key is believed at once', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  await pass(coolDownMilliseconds);
  bench.keys = [];
  expect(await bench.find('second')).toMatchObject(unavailable);
  expect(await bench.find('first')).toMatchObject(unavailable);
  expect(bench.codes().at(-1)).toBe('KEYS_REFRESH_FAILED');
  bench.keys = [second];
  await pass(coolDownMilliseconds);
  expect(await bench.find('second')).toMatchObject({ ok: true });
});

test('keys that may not verify are left out with a notice', async () => {
  const bench = new Bench();
  bench.keys = [{ ...second, use: 'enc' }, first];
  await bench.source.ready?.();
  expect(bench.find()).toMatchObject({ ok: true });
  expect(bench.notices[0]).toMatchObject({
    code: 'KEY_REFUSED',
    facts: { issuer, index: 0, problem: 'is not for signatures (use)' },
  });
});

test('over a real connection: keys are fetched, a slow drip is given up, and close() hangs up', async () => {
  vi.useRealTimers();
  const { origin, requests } = await loopbackServer((request, response) => {
    if (request.url === '/jwks') return serves(JSON.stringify({ keys: [first] }))(request, response);
    response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    return response;
  });
  const sourceOf = (path: string): KeySource =>
    createRemoteKeySet({
      issuer,
      locate: async () => ({ ok: true, url: origin + path }),
      runtime: { clock: { now: Date.now, monotonic: () => performance.now() }, fetch, notify: () => {} },
    });
  const good = sourceOf('/jwks');
  await good.ready?.();
  expect(good.find({ keyId: 'first', algorithm: 'ES256' })).toMatchObject({ ok: true });
  await good.close?.();
  const drip = sourceOf('/drip');
  const waiting = drip.find({ keyId: 'first', algorithm: 'ES256' });
  while (!requests.includes('/drip')) await new Promise((resolve) => setImmediate(resolve));
  await drip.close?.();
  expect(await waiting).toMatchObject(unavailable);
});
