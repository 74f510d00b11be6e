/** An issuer that publishes what the test says, on a fake clock that the timers follow. */
import { vi } from 'vitest';
import type { Notice } from '../runtime/notice.ts';
import type { Fetch } from '../runtime/runtime.ts';
import type { KeySource } from './key-source.ts';
import type { LocateKeys } from './locate-keys.ts';
import { createRemoteKeySet } from './remote-key-set.ts';
import { signingKey } from './signing-key.test-kit.ts';

export const first = signingKey('ES256', 'first').jwk;
export const second = signingKey('ES256', 'second').jwk;
export const issuer = 'https://issuer.test';
export const unknown = { ok: false, reason: 'TOKEN_KEY_UNKNOWN' };
export const unavailable = { ok: false, reason: 'ISSUER_KEYS_UNAVAILABLE' };

/** Stops the clocks. Call it before each test, and `vi.useRealTimers` after it. */
export function stopClocks(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
}

/** Lets time pass. */
export async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** The issuer, and the key set that follows it. */
export class Bench {
  keys: readonly unknown[] | null = [first];
  answer: (() => Promise<Response>) | undefined;
  located = 0;
  fetches = 0;
  readonly notices: Notice[] = [];
  readonly source: KeySource;

  constructor(locate: LocateKeys = async () => ({ ok: true, url: `${issuer}/jwks` })) {
    const fetch: Fetch = () => {
      this.fetches += 1;
      return this.answer?.() ?? Promise.resolve(Response.json({ keys: this.keys }));
    };
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    this.source = createRemoteKeySet({
      issuer,
      locate: (signal) => {
        this.located += 1;
        return locate(signal);
      },
      runtime: { clock, fetch, notify: (notice) => this.notices.push(notice) },
    });
  }

  find(keyId: string | undefined = 'first') {
    return this.source.find({ keyId, algorithm: 'ES256' });
  }

  codes(): string[] {
    return this.notices.map(({ code }) => code);
  }

  fail(): void {
    this.answer = () => Promise.reject(new Error('down'));
  }

  hang(): void {
    this.answer = () => new Promise(() => {});
  }
}
