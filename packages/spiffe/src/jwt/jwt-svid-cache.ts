/**
 * Keeps JWT-SVIDs, one for each set of audiences and id: one fetch for any number of callers, renewal in the background
 * at half-life, the old token while the agent is down and until it expires, and a pause after each failure. Ages are
 * measured on the monotonic clock.
 */
import type { MaybePromise } from '@countersign/core';
import type { SpiffeRuntime } from '../runtime.ts';
import { SpiffeError } from '../spiffe-error.ts';
import { pauseAfter } from '../workload-api/back-off.ts';
import type { JwtSvid } from './jwt-svid-answer.ts';

/** Fetches a token. Rejects with `SpiffeError`. */
export type FetchJwtSvid = () => Promise<JwtSvid>;

interface Slot {
  svid: JwtSvid | undefined;
  renewAt: number;
  expiresAt: number;
  rejectedAt: number;
  flight: Promise<JwtSvid> | undefined;
  failures: number;
  /** Not asked again before this, after a failure. */
  retryAt: number;
  failure: SpiffeError | undefined;
}

const maximumTokens = 1_000;
/** Between two renewals because a service refused a token: it must not drive the agent. */
const rejectionPauseMilliseconds = 5_000;

function emptySlot(): Slot {
  const never = Number.NEGATIVE_INFINITY;
  return {
    svid: undefined,
    renewAt: 0,
    expiresAt: never,
    rejectedAt: never,
    flight: undefined,
    failures: 0,
    retryAt: never,
    failure: undefined,
  };
}

/** The cache. */
export class JwtSvidCache {
  readonly #slots = new Map<string, Slot>();
  readonly #runtime: SpiffeRuntime;
  #isClosed = false;

  constructor(runtime: SpiffeRuntime) {
    this.#runtime = runtime;
  }

  /** The token of a key, at once when there is a usable one. Rejects with `SpiffeError`. */
  get(key: string, fetch: FetchJwtSvid): MaybePromise<JwtSvid> {
    if (this.#isClosed) return Promise.reject(new SpiffeError('SOURCE_CLOSED'));
    const slot = this.#slots.get(key) ?? this.#open(key);
    const now = this.#runtime.clock.monotonic();
    const usable = now < slot.expiresAt ? slot.svid : undefined;
    const isPaused = now < slot.retryAt && slot.failure !== undefined;
    if (usable !== undefined) {
      if (now >= slot.renewAt && !isPaused) void this.#fetch(key, slot, fetch).catch(() => {});
      return usable;
    }
    if (slot.flight === undefined && isPaused) return Promise.reject(slot.failure);
    return this.#fetch(key, slot, fetch);
  }

  /** A service refused this very token: another one is fetched, unless that was done just now. */
  reject(key: string, token: JwtSvid['token']): void {
    const slot = this.#slots.get(key);
    const now = this.#runtime.clock.monotonic();
    if (slot?.svid?.token !== token || now - slot.rejectedAt < rejectionPauseMilliseconds) return;
    slot.rejectedAt = now;
    slot.svid = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#slots.clear();
  }

  #open(key: string): Slot {
    const slot = emptySlot();
    this.#slots.set(key, slot);
    const [oldest] = this.#slots.keys();
    if (this.#slots.size > maximumTokens && oldest !== undefined) this.#slots.delete(oldest);
    return slot;
  }

  #fetch(key: string, slot: Slot, fetch: FetchJwtSvid): Promise<JwtSvid> {
    if (slot.flight !== undefined) return slot.flight;
    // The life of a token is counted from before it was asked for, so the answer may be slow.
    const startedAt = this.#runtime.clock.monotonic();
    const life = (svid: JwtSvid): number => svid.expiresAt - this.#runtime.clock.now();
    const flight = fetch().then(
      (svid) => this.#keep(key, slot, { svid, startedAt, life: life(svid) }),
      (error: unknown) => this.#fail(slot, error),
    );
    slot.flight = flight;
    return flight;
  }

  #keep(
    key: string,
    slot: Slot,
    { svid, startedAt, life }: { svid: JwtSvid; startedAt: number; life: number },
  ): JwtSvid {
    const isRenewal = slot.svid !== undefined;
    slot.flight = undefined;
    slot.svid = svid;
    slot.expiresAt = startedAt + life;
    slot.renewAt = startedAt + life / 2;
    slot.failures = 0;
    slot.failure = undefined;
    // The map keeps its keys in the order they came: the freshest one goes to the end.
    if (this.#slots.delete(key)) this.#slots.set(key, slot);
    if (isRenewal) {
      const facts = { spiffeId: svid.spiffeId, lifetimeSeconds: Math.floor(life / 1000) };
      this.#runtime.notify({ code: 'JWT_SVID_RENEWED', level: 'info', message: 'A JWT-SVID was renewed.', facts });
    }
    return svid;
  }

  #fail(slot: Slot, error: unknown): never {
    const { clock, random, notify } = this.#runtime;
    const failure = error instanceof SpiffeError ? error : new SpiffeError('JWT_SVID_UNAVAILABLE');
    slot.flight = undefined;
    slot.failures += 1;
    slot.failure = failure;
    slot.retryAt = clock.monotonic() + pauseAfter(slot.failures, random);
    // An identity that was withdrawn is used no more, though its token has not expired.
    if (failure.code === 'WORKLOAD_API_DENIED') slot.svid = undefined;
    if (this.#isClosed) throw failure;
    const oldTokenUsable = slot.svid !== undefined && clock.monotonic() < slot.expiresAt;
    const facts = { reason: failure.code, failures: slot.failures, oldTokenUsable };
    const message = 'No fresh JWT-SVID could be fetched.';
    notify({ code: 'JWT_SVID_RENEWAL_FAILED', level: oldTokenUsable ? 'warn' : 'error', message, facts });
    throw failure;
  }
}
