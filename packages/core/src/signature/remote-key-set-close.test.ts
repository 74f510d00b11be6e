import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { coolDownMilliseconds, maximumAgeMilliseconds, staleCeilingMilliseconds } from './remote-key-set.ts';
import { Bench, issuer, pass, stopClocks, unavailable, unknown } from './remote-key-set.test-kit.ts';

beforeEach(stopClocks);
afterEach(() => {
  vi.useRealTimers();
});

test('the address is asked for again after a failure, and when its time is over, and not otherwise', async () => {
  let until: number | undefined;
  const bench = new Bench(async () => ({ ok: true, url: `${issuer}/jwks`, ...(until !== undefined && { until }) }));
  await bench.source.ready?.();
  await pass(maximumAgeMilliseconds);
  expect([bench.located, bench.fetches]).toEqual([1, 2]);
  bench.fail();
  until = Date.now() + 2 * maximumAgeMilliseconds;
  await pass(maximumAgeMilliseconds);
  bench.answer = undefined;
  await pass(30_000);
  const after = bench.located;
  expect(after).toBeGreaterThan(1);
  expect(bench.codes().at(-1)).toBe('KEYS_REFRESHED');
  await pass(maximumAgeMilliseconds * 0.5);
  expect(bench.located).toBe(after);
  await pass(2 * maximumAgeMilliseconds);
  expect(bench.located).toBeGreaterThan(after);
});

test('a mistake of configuration is what ready() rejects with', async () => {
  const mistake = new ConfigurationError('accessToken', []);
  const bench = new Bench(async () => ({ ok: false, problem: 'is wrong', mistake }));
  await expect(bench.source.ready?.()).rejects.toBe(mistake);
  expect(await bench.find()).toMatchObject(unavailable);
  expect(bench.fetches).toBe(0);
});

test('a locator that throws is a failed fetch, not an exception', async () => {
  const bench = new Bench(() => Promise.reject(new Error('secret')));
  expect(await bench.find()).toMatchObject({ ...unavailable, detail: { actual: 'the fetch failed' } });
  expect(JSON.stringify(bench.notices)).not.toContain('secret');
});

test('close() ends the fetch under way at once, without an alarm, and nothing is fetched afterwards', async () => {
  const bench = new Bench();
  bench.hang();
  const waiting = bench.find();
  await pass(0);
  await bench.source.close?.();
  expect(await waiting).toMatchObject(unavailable);
  expect(bench.notices).toEqual([]);
  bench.answer = undefined;
  await pass(staleCeilingMilliseconds);
  expect(await bench.find()).toMatchObject(unavailable);
  await expect(bench.source.ready?.()).rejects.toThrow('closed');
  expect(bench.fetches).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('after close() the keys in hand still serve what is under way, and no timer is left', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  expect(vi.getTimerCount()).toBe(1);
  await bench.source.close?.();
  await bench.source.close?.();
  expect(vi.getTimerCount()).toBe(0);
  expect(bench.find()).toMatchObject({ ok: true });
  await pass(coolDownMilliseconds);
  expect(bench.find('second')).toMatchObject(unknown);
  await expect(bench.source.ready?.()).rejects.toThrow('closed');
  expect(bench.fetches).toBe(1);
});

test('a wall clock that jumps does not age keys, and does not make them young', async () => {
  const bench = new Bench();
  await bench.source.ready?.();
  for (const jump of [-600_000, 10 * staleCeilingMilliseconds]) {
    vi.setSystemTime(Date.now() + jump);
    expect(bench.find()).toMatchObject({ ok: true });
  }
  expect(bench.codes()).toEqual(['KEYS_REFRESHED']);
});

test('the timer keeps no process alive', async () => {
  vi.useRealTimers();
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const bench = new Bench();
  await bench.source.ready?.();
  expect(timers()).toBe(before);
  await bench.source.close?.();
});
