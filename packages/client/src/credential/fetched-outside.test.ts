/** A token serves many requests, and is fetched in one of them: that one must leave no trace in it. */
import { currentContext, runInContext, Secret, systemClock, type RequestContext } from '@countersign/core';
import { describe, expect, it, vi } from 'vitest';
import { TokenCache, type IssuedToken } from '../index.ts';

describe('a request that happens to need a token', () => {
  const context: RequestContext = { trace: { traceId: '1', spanId: '2', sampled: false }, requestId: 'one' };

  /** Fetches within it, and tells what the fetch and the timer of the token see of it. */
  async function seenFrom(): Promise<unknown[]> {
    const cache = new TokenCache({ clock: systemClock, notify: () => {} });
    const seen: (RequestContext | undefined)[] = [];
    const timers = vi.spyOn(globalThis, 'setTimeout');
    timers.mockImplementation((() => {
      seen.push(currentContext());
      return { unref: () => {} };
    }) as unknown as typeof setTimeout);
    const fetchToken = async (): Promise<IssuedToken> => {
      seen.push(currentContext());
      await Promise.resolve();
      seen.push(currentContext());
      return { credential: { scheme: 'Bearer', token: new Secret('t') }, lifetimeSeconds: 100 };
    };
    try {
      await runInContext(context, async () => cache.get('a', fetchToken));
    } finally {
      timers.mockRestore();
    }
    return seen;
  }

  it('is neither seen by the fetch, which serves others, nor held for the life of the token', async () => {
    expect(await seenFrom()).toEqual([undefined, undefined, undefined]);
  });

  it('is still seen by whoever waits for the token', async () => {
    const cache = new TokenCache({ clock: systemClock, notify: () => {} });
    const fetchToken = async (): Promise<IssuedToken> => ({
      credential: { scheme: 'Bearer', token: new Secret('t') },
      lifetimeSeconds: 100,
    });
    const seen = await runInContext(context, async () => {
      await cache.get('a', fetchToken);
      return currentContext();
    });
    expect(seen).toBe(context);
  });
});
