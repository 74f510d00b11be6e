import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coolDownMilliseconds, maximumAgeMilliseconds, staleCeilingMilliseconds } from './remote-key-set.ts';
import { Bench, first, issuer, pass, second, stopClocks, unavailable, unknown } from './remote-key-set.test-kit.ts';

beforeEach(stopClocks);
afterEach(() => {
  vi.useRealTimers();
});

test('five hundred cold look-ups at once cost one fetch', async () => {
  const bench = new Bench();
  const found = await Promise.all(Array.from({ length: 500 }, async () => bench.find()));
  expect(found.every((one) => one.ok)).toBe(true);
  expect([bench.located, bench.fetches]).toEqual([1, 1]);
});

test('a key in hand is answered at once, not as a promise', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  expect(bench.find()).toMatchObject({ ok: true });
  expect(bench.fetches).toBe(1);
});

test('a flood of unknown ids costs one fetch per cool-down, and a key published meanwhile works within two seconds', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  await pass(10_000);
  const before = bench.fetches;
  let published = Number.NaN;
  let usable = Number.NaN;
  for (let at = 0; at < 10_000; at += 50) {
    for (let count = 0; count < 50; count += 1) void bench.find(`invented-${at}-${count}`);
    // The attacker guessed the name of the next key before it existed.
    const next = await bench.find('second');
    if (next.ok && Number.isNaN(usable)) usable = at;
    expect(bench.find()).toMatchObject({ ok: true });
    if (at === 5_000) {
      published = at;
      bench.keys = [first, second];
    }
    await pass(50);
  }
  expect(usable - published).toBeGreaterThan(0);
  expect(usable - published).toBeLessThanOrEqual(coolDownMilliseconds);
  expect(bench.fetches - before).toBeLessThanOrEqual(1 + 10_000 / (coolDownMilliseconds * 0.8));
});

test('an unknown id within the cool-down is the fault of the caller, and costs nothing', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  expect(bench.find('second')).toMatchObject(unknown);
  expect(bench.fetches).toBe(1);
});

test('two tokens without id, or of another type, follow the same rules', async () => {
  const bench = new Bench();
  bench.keys = [first, second];
  await bench.source.ready?.();
  expect(bench.find(undefined)).toMatchObject({ ok: true });
  expect(bench.source.find({ keyId: undefined, algorithm: 'ES256' })).toMatchObject(unknown);
  expect(bench.source.find({ keyId: 'first', algorithm: 'RS256' })).toMatchObject({
    reason: 'TOKEN_ALGORITHM_REFUSED',
  });
});

test('keys are renewed in the background before they are old, without any request', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  bench.keys = [second];
  await pass(maximumAgeMilliseconds * 0.64 - 1);
  expect(bench.fetches).toBe(1);
  await pass(maximumAgeMilliseconds * 0.16 + 1);
  expect(bench.fetches).toBe(2);
  expect(bench.find('second')).toMatchObject({ ok: true });
  // The first key was withdrawn: it is gone.
  expect(await bench.find('first')).toMatchObject(unknown);
  expect(new Set(bench.codes())).toEqual(new Set(['KEYS_REFRESHED']));
});

test('replicas do not renew in step', async () => {
  const benches = Array.from({ length: 50 }, () => new Bench());
  await Promise.all(benches.map(async (bench) => bench.source.ready?.()));
  await pass(maximumAgeMilliseconds * 0.72);
  const early = benches.filter((bench) => bench.fetches === 2).length;
  expect(early).toBeGreaterThan(5);
  expect(early).toBeLessThan(45);
});

test('a renewal that fails is tried again before the keys are old', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  bench.fail();
  await pass(maximumAgeMilliseconds * 0.8);
  expect(bench.codes()).toContain('KEYS_REFRESH_FAILED');
  bench.answer = undefined;
  await pass(30_000);
  expect(bench.codes().at(-1)).toBe('KEYS_REFRESHED');
  await pass(maximumAgeMilliseconds * 0.3);
  expect(bench.find()).toMatchObject({ ok: true });
  expect(bench.codes()).not.toContain('KEYS_STALE_USED');
});

test('while the issuer is down, old keys serve for an hour with a notice each time; then the answer is 503', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  bench.fail();
  await pass(maximumAgeMilliseconds - 1);
  expect(bench.find()).toMatchObject({ ok: true });
  expect(bench.codes()).not.toContain('KEYS_STALE_USED');
  await pass(1);
  for (let count = 1; count <= 3; count += 1) {
    expect(bench.find()).toMatchObject({ ok: true });
    expect(bench.codes().filter((code) => code === 'KEYS_STALE_USED')).toHaveLength(count);
  }
  expect(bench.notices.at(-1)?.facts).toMatchObject({ issuer, ageSeconds: 600 });
  // A new key id may be real: not the caller's fault while the issuer does not answer.
  expect(await bench.find('second')).toMatchObject(unavailable);
  await pass(staleCeilingMilliseconds - maximumAgeMilliseconds - 1);
  expect(bench.find()).toMatchObject({ ok: true });
  await pass(1);
  expect(await bench.find()).toMatchObject(unavailable);
  bench.answer = undefined;
  await pass(30_000);
  expect(bench.find()).toMatchObject({ ok: true });
});

test('each use of an old key asks the issuer again, so that its return is noticed within a cool-down', async () => {
  // No chance here: the timer must not be what notices it.
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const bench = new Bench();
  await bench.source.ready?.();
  bench.fail();
  await pass(maximumAgeMilliseconds);
  expect(bench.find()).toMatchObject({ ok: true });
  await pass(coolDownMilliseconds);
  bench.answer = undefined;
  expect(bench.find()).toMatchObject({ ok: true });
  await pass(0);
  expect(bench.codes().at(-1)).toBe('KEYS_REFRESHED');
  expect(bench.find()).toMatchObject({ ok: true });
  expect(bench.codes().at(-1)).toBe('KEYS_REFRESHED');
  random.mockRestore();
});

test('an issuer that is down is asked once per cool-down, however many ask us', async () => {
  const bench = new Bench();
  bench.fail();
  for (let at = 0; at < 20_000; at += 100) {
    void bench.source.ready?.().catch(() => {});
    expect(await bench.find()).toMatchObject(unavailable);
    await pass(100);
  }
  expect(bench.located).toBeLessThanOrEqual(1 + 20_000 / (coolDownMilliseconds * 0.8));
});

test('an issuer that hangs never delays a known key, and gets its pause after each attempt', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  bench.hang();
  await pass(coolDownMilliseconds);
  const waiting = bench.find('second');
  expect(bench.find()).toMatchObject({ ok: true });
  await pass(5_000);
  expect(await waiting).toMatchObject(unavailable);
  // The attempt took longer than the cool-down, and still there is a pause behind it.
  expect(bench.find('second')).toMatchObject(unavailable);
  expect(bench.notices.at(-1)?.facts).toMatchObject({ problem: 'no answer within 5000 ms' });
});
