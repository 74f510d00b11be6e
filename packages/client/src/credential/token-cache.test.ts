import { Secret } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { faultOf, testClock } from '../client.test-kit.ts';
import { ServiceCallError, TokenCache, tokenKey, type IssuedToken, type TokenIdentity } from '../index.ts';

/** A cache with a fetch that counts, and fails or waits when it is told to. */
function setUp(maximumTokens?: number) {
  const clock = testClock();
  const notices: object[] = [];
  const cache = new TokenCache({
    clock,
    notify: (notice) => notices.push(notice),
    ...(maximumTokens !== undefined && { maximumTokens }),
  });
  const state = { asked: 0, failure: undefined as ServiceCallError | undefined, gate: Promise.resolve() };
  const fetchToken = async (): Promise<IssuedToken> => {
    state.asked += 1;
    const name = `token-${state.asked}`;
    const { failure } = state;
    await state.gate;
    if (failure !== undefined) throw failure;
    return { credential: { scheme: 'Bearer', token: new Secret(name) }, lifetimeSeconds: 100 };
  };
  const get = async (key = 'a'): Promise<string> => (await cache.get(key, fetchToken)).token.expose();
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { clock, cache, state, fetchToken, get, notices, settled };
}

const down = new ServiceCallError('CREDENTIAL_UNAVAILABLE');

describe('a token', () => {
  it('is fetched once for 500 callers that come together', async () => {
    const { state, get } = setUp();
    const tokens = await Promise.all(Array.from({ length: 500 }, () => get()));
    expect([state.asked, new Set(tokens).size]).toEqual([1, 1]);
  });

  it('from the cache is answered at once, without a promise', async () => {
    const { cache, fetchToken } = setUp();
    const first = await cache.get('a', fetchToken);
    expect(cache.get('a', fetchToken)).toBe(first);
  });

  it('is renewed in the background after 80 % of its life, once, while callers get the old one', async () => {
    const { clock, state, get, settled, notices } = setUp();
    await get();
    clock.advance(79);
    expect([await get(), state.asked]).toEqual(['token-1', 1]);
    clock.advance(7);
    expect(await Promise.all([get(), get(), get()])).toEqual(['token-1', 'token-1', 'token-1']);
    await settled();
    expect([await get(), state.asked]).toEqual(['token-2', 2]);
    expect(notices).toMatchObject([{ code: 'TOKEN_RENEWED' }]);
  });

  it('is not used from its expiry on', async () => {
    const { clock, get } = setUp();
    await get();
    clock.advance(100);
    expect(await get()).toBe('token-2');
  });

  it('lives from before it was asked for, however slow the answer is', async () => {
    const { clock, state, get } = setUp();
    let open = (): void => {};
    state.gate = new Promise((resolve) => (open = resolve));
    const first = get();
    clock.advance(60);
    open();
    expect(await first).toBe('token-1');
    clock.advance(40);
    expect(await get()).toBe('token-2');
  });

  it.each([-86_400, 86_400])('does not mind that the wall clock jumps by %i seconds', async (seconds) => {
    const { clock, state, get } = setUp();
    await get();
    clock.wall += seconds * 1000;
    expect([await get(), state.asked]).toEqual(['token-1', 1]);
    clock.ticks += 100_000;
    expect(await get()).toBe('token-2');
  });
});

describe('while the issuer is down', () => {
  it('the token is used until it expires, and the issuer is asked after pauses only', async () => {
    const { clock, state, get, settled, notices } = setUp();
    await get();
    state.failure = down;
    clock.advance(86);
    for (let call = 0; call < 50; call += 1) {
      expect(await get()).toBe('token-1');
      await settled();
    }
    expect(state.asked).toBe(2);
    clock.advance(1);
    expect(await get()).toBe('token-1');
    await settled();
    expect(state.asked).toBe(3);
    clock.advance(1);
    await get();
    await settled();
    expect(state.asked).toBe(3);
    expect(notices).toMatchObject([
      { code: 'TOKEN_RENEWAL_FAILED', facts: { oldTokenUsable: true, failures: 1 } },
      { code: 'TOKEN_RENEWAL_FAILED', facts: { oldTokenUsable: true, failures: 2 } },
    ]);
    clock.advance(12);
    expect(await faultOf(get())).toBe(down);
  });

  it('callers without a token fail at once between two attempts, and recover with the issuer', async () => {
    const { clock, state, get } = setUp();
    state.failure = down;
    for (let call = 0; call < 50; call += 1) expect(await faultOf(get())).toBe(down);
    expect(state.asked).toBe(1);
    state.failure = undefined;
    clock.advance(1);
    expect(await get()).toBe('token-2');
  });

  it('the time that the issuer asks for is given, within reason', async () => {
    const { clock, state, get } = setUp();
    state.failure = new ServiceCallError('CREDENTIAL_UNAVAILABLE', { retryAfterSeconds: 3_600 });
    await faultOf(get());
    clock.advance(29);
    await faultOf(get());
    expect(state.asked).toBe(1);
    clock.advance(1);
    await faultOf(get());
    expect(state.asked).toBe(2);
  });

  it.each<[string, number, string]>([
    ['is used until its end', 99, 'token-1'],
    ['is not used once it has ended in the meantime', 100, 'CREDENTIAL_UNAVAILABLE'],
  ])('a token that was refused and cannot be replaced %s', async (_, seconds, expected) => {
    const { clock, cache, state, fetchToken, get } = setUp();
    await get();
    cache.reject('a', await cache.get('a', fetchToken));
    let open = (): void => {};
    state.gate = new Promise((resolve) => (open = resolve));
    state.failure = down;
    const waiting = get().catch(({ code }: ServiceCallError) => code);
    clock.advance(seconds);
    open();
    expect(await waiting).toBe(expected);
  });

  it('what the fetch throws is not passed on', async () => {
    const { cache } = setUp();
    const fault = await faultOf(Promise.resolve(cache.get('a', () => Promise.reject(new Error('hunter2')))));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    expect(String(fault)).not.toContain('hunter2');
  });
});

describe('a rejected token', () => {
  it('is replaced, once for all who saw it rejected', async () => {
    const { cache, state, fetchToken, get } = setUp();
    const first = await cache.get('a', fetchToken);
    await get();
    for (let call = 0; call < 50; call += 1) cache.reject('a', first);
    expect(await Promise.all([get(), get()])).toEqual(['token-2', 'token-2']);
    cache.reject('a', first);
    expect([await get(), state.asked]).toEqual(['token-2', 2]);
  });

  it('is kept when nobody had it from the cache, or under another key', async () => {
    const { cache, fetchToken, get } = setUp();
    const first = await cache.get('a', fetchToken);
    cache.reject('a', first);
    expect(await get()).toBe('token-1');
    cache.reject('b', first);
    expect(await get()).toBe('token-1');
  });

  it('is used again when there is no other one', async () => {
    const { cache, state, fetchToken, get } = setUp();
    const first = await cache.get('a', fetchToken);
    await get();
    state.failure = down;
    cache.reject('a', first);
    expect([await get(), await get(), state.asked]).toEqual(['token-1', 'token-1', 2]);
  });

  it('is followed by another rejection after five seconds at the earliest', async () => {
    const { cache, clock, state, fetchToken, get } = setUp();
    for (let call = 0; call < 20; call += 1) {
      await get();
      cache.reject('a', await cache.get('a', fetchToken));
    }
    await get();
    expect(state.asked).toBe(2);
    clock.advance(5);
    cache.reject('a', await cache.get('a', fetchToken));
    expect([await get(), state.asked]).toEqual(['token-3', 3]);
  });
});

describe('the cache', () => {
  it('holds no more tokens than it may: the one fetched longest ago goes first', async () => {
    const { clock, get, state } = setUp(2);
    await get('a');
    await get('b');
    clock.advance(100);
    await get('a');
    await get('c');
    expect(state.asked).toBe(4);
    await get('a');
    expect(state.asked).toBe(4);
    await get('b');
    expect(state.asked).toBe(5);
  });

  it('gives no place of a token away for fetches that fail, however many there are', async () => {
    const { get, state, notices } = setUp(3);
    for (const key of ['a', 'b']) await get(key);
    state.failure = down;
    for (let key = 0; key < 50; key += 1) expect(await faultOf(get(`bad-${key}`))).toBe(down);
    expect(state.asked).toBe(52);
    expect(notices).toHaveLength(1);
    expect([await get('a'), await get('b'), state.asked]).toEqual(['token-1', 'token-2', 52]);
    state.failure = undefined;
    await get('c');
    await get('d');
    expect([await get('b'), state.asked]).toEqual(['token-2', 54]);
    await get('a');
    expect(state.asked).toBe(55);
  });

  it('tells of failures once a second, also when they are many', async () => {
    const { clock, get, state, notices } = setUp();
    state.failure = down;
    for (let round = 0; round < 3; round += 1) {
      for (let key = 0; key < 20; key += 1) await faultOf(get(`${round}-${key}`));
      clock.advance(0.5);
    }
    expect(notices).toHaveLength(2);
  });

  it('does not take back a token that was forgotten while it was fetched', async () => {
    const { cache, get, state } = setUp();
    const first = get();
    cache.forget('a');
    expect(await first).toBe('token-1');
    expect([await get(), state.asked]).toEqual(['token-2', 2]);
  });

  it('that is closed has no tokens, ends fetches and starts none', async () => {
    const { cache, get, notices } = setUp();
    await get();
    const waiting = faultOf(
      Promise.resolve(
        cache.get(
          'b',
          (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        ),
      ),
    );
    cache.close();
    expect(await waiting).toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(await faultOf(get())).toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(notices).toEqual([]);
  });
});

describe('the key of a token', () => {
  const base: TokenIdentity = { issuer: 'https://i', clientId: 'c', audience: 'https://a', scopes: ['r', 'w'] };

  it('is the same for the same scopes in another order', () => {
    expect(tokenKey({ ...base, scopes: ['w', 'r', 'r'] })).toBe(tokenKey(base));
  });

  it.each<readonly [string, Partial<TokenIdentity>]>([
    ['issuer', { issuer: 'https://i/' }],
    ['client', { clientId: 'c2' }],
    ['audience', { audience: 'https://b' }],
    ['scopes', { scopes: ['r'] }],
    ['scopes that look like two', { scopes: ['r w'] }],
    ['a value that reaches into its neighbour', { clientId: 'c","https://a', audience: '' }],
    ['subject', { subjectTokenHash: 'h' }],
    ['subject and actor changed about', { actor: 'h' }],
    ['binding', { binding: 'jkt:h' }],
    ['tenant', { tenant: 'h' }],
    ['an empty tenant', { tenant: '' }],
    ['a separator moved', { issuer: 'https://i,c', clientId: '' }],
  ])('differs by %s', (_name, change) => {
    expect(tokenKey({ ...base, ...change })).not.toBe(tokenKey(base));
  });
});
