import { Secret, systemClock } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TokenCache, type IssuedToken } from '../index.ts';

/** A cache on the clock of the system, whose time and timers a test moves. */
function setUp(lifetimeSeconds = 100) {
  const cache = new TokenCache({ clock: systemClock, notify: () => {} });
  let asked = 0;
  const fetchToken = async (): Promise<IssuedToken> => {
    asked += 1;
    return { credential: { scheme: 'Bearer', token: new Secret(`token-${asked}`) }, lifetimeSeconds };
  };
  const get = async (key = 'a'): Promise<string> => (await cache.get(key, fetchToken)).token.expose();
  const advance = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
  return { cache, fetchToken, get, advance, asked: () => asked };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a token on the clock of the system', () => {
  it('is answered without a look at the clock until it is nearly due', async () => {
    const { cache, fetchToken, get, advance } = setUp();
    const first = await cache.get('a', fetchToken);
    const looks = vi.spyOn(systemClock, 'monotonic');
    await advance(78);
    expect([await cache.get('a', fetchToken), looks.mock.calls.length]).toEqual([first, 0]);
    await advance(8);
    await get();
    expect(looks).toHaveBeenCalled();
  });

  it('is renewed in the background, once', async () => {
    const { get, advance, asked } = setUp();
    await get();
    await advance(86);
    expect([await get(), await get()]).toEqual(['token-1', 'token-2']);
    expect(asked()).toBe(2);
  });

  it('is not used from its expiry on', async () => {
    const { get, advance } = setUp();
    await get();
    await advance(100);
    expect(await get()).toBe('token-2');
  });

  it.each([true, false])(
    'is looked at again well before its end, where a timer may be late (renewable: %s)',
    async (renewable) => {
      const { cache, fetchToken, advance } = setUp();
      const fetchLast = async (): Promise<IssuedToken> => ({ ...(await fetchToken()), renewable });
      await cache.get('a', fetchLast);
      await advance(79);
      const looks = vi.spyOn(systemClock, 'monotonic');
      await cache.get('a', fetchLast);
      expect(looks).toHaveBeenCalled();
    },
  );

  it('that lives for a second is looked at each time', async () => {
    const { cache, fetchToken, get } = setUp(1);
    await get();
    const looks = vi.spyOn(systemClock, 'monotonic');
    await cache.get('a', fetchToken);
    expect(looks).toHaveBeenCalled();
  });

  it('that the service refused is replaced at once', async () => {
    const { cache, fetchToken, get } = setUp();
    await get();
    const refused = await cache.get('a', fetchToken);
    cache.reject('a', refused);
    expect(await get()).toBe('token-2');
  });

  it('leaves no timer when it is forgotten, evicted, or the cache is closed', async () => {
    const { cache, get } = setUp();
    await get('a');
    await get('b');
    expect(vi.getTimerCount()).toBe(2);
    cache.forget('a');
    expect(vi.getTimerCount()).toBe(1);
    cache.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
