/**
 * Keeps tokens: one fetch for any number of callers, renewal in the background before the end, the old token while the
 * issuer is down, and a pause after each failure. Ages are measured on the monotonic clock: a jump of the wall clock
 * neither ends a token nor keeps it.
 */
import { systemClock, type Clock, type MaybePromise } from '@countersign/core';
import type { ClientNoticeSink } from '../fault/client-notice.ts';
import type { Credential } from './credential-source.ts';
import { endQuietTime, startQuietTime } from './quiet-time.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { emptySlot, type TokenSlot } from './token-slot.ts';

/** A fresh token. */
export interface IssuedToken {
  readonly credential: Credential;
  readonly lifetimeSeconds: number;
  /** False when no later one could live longer: then none is fetched before its end. Default true. */
  readonly renewable?: boolean;
}

/** Fetches a token. The signal is that of the cache, not of one caller. */
export type FetchToken = (signal: AbortSignal) => Promise<IssuedToken>;

/** Options of the cache. */
export interface TokenCacheOptions {
  readonly clock: Clock;
  readonly notify: ClientNoticeSink;
  /** Default 1,000. Places of failed fetches go first, then the token that was fetched longest ago. */
  readonly maximumTokens?: number;
}

const defaultMaximumTokens = 1_000;
const renewalPoint = 0.8;
/** Part of the life over which the renewals of many processes are spread. */
const renewalJitter = 0.05;
const firstPauseMilliseconds = 1_000;
const longestPauseMilliseconds = 30_000;
/** Between two notices of failures: many subjects whose tokens are refused must not fill the log. */
const noticePauseMilliseconds = 1_000;
/** Between two renewals because of a 401: a service that refuses all tokens must not drive the issuer. */
const rejectionPauseMilliseconds = 5_000;

/** The cache. */
export class TokenCache {
  readonly #slots = new Map<string, TokenSlot>();
  /** Keys of slots that hold nothing but a failure: a flood of those takes the place of no token. */
  readonly #failed = new Set<string>();
  #toldAt = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;
  readonly #notify: ClientNoticeSink;
  readonly #maximumTokens: number;
  readonly #closing = new AbortController();

  constructor({ clock, notify, maximumTokens = defaultMaximumTokens }: TokenCacheOptions) {
    this.#clock = clock;
    this.#notify = notify;
    this.#maximumTokens = maximumTokens;
  }

  /** The token of a key, at once when there is a usable one. Rejects with `ServiceCallError`. */
  get(key: string, fetchToken: FetchToken): MaybePromise<Credential> {
    const slot = this.#slots.get(key);
    if (slot?.isQuiet === true) {
      slot.isReused = true;
      return slot.credential as Credential;
    }
    const now = this.#clock.monotonic();
    if (slot === undefined) return this.#start(key, this.#open(key), fetchToken);
    const usable = now < slot.expiresAt ? slot.credential : undefined;
    if (usable !== undefined && !slot.isRejected) {
      if (now >= slot.renewAt && slot.flight === undefined && now >= slot.retryAt) {
        void this.#start(key, slot, fetchToken).catch(() => {});
      }
      slot.isReused = true;
      return usable;
    }
    if (slot.flight === undefined && now < slot.retryAt && slot.failure !== undefined) {
      return usable ?? Promise.reject(slot.failure);
    }
    const flight = this.#start(key, slot, fetchToken);
    if (usable === undefined) return flight;
    return flight.catch((error: unknown) => {
      // It may have ended while the issuer thought.
      if (this.#clock.monotonic() < slot.expiresAt) return usable;
      throw error;
    });
  }

  /**
   * The service refused this very token. Another one, fetched in the meantime, is not touched, and neither is one that
   * nobody had from the cache: a second fresh one would fare no better.
   */
  reject(key: string, credential: Credential): void {
    const slot = this.#slots.get(key);
    if (slot?.credential !== credential || !slot.isReused) return;
    const now = this.#clock.monotonic();
    if (now - slot.rejectedAt < rejectionPauseMilliseconds) return;
    slot.isRejected = true;
    slot.rejectedAt = now;
    endQuietTime(slot);
  }

  /** Drops the token of a key. A fetch that runs for it ends as it ends. */
  forget(key: string): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) endQuietTime(slot);
    this.#slots.delete(key);
    this.#failed.delete(key);
  }

  /** Drops all tokens and ends all fetches. */
  close(): void {
    this.#closing.abort(new ServiceCallError('CLIENT_CLOSED'));
    for (const slot of this.#slots.values()) endQuietTime(slot);
    this.#slots.clear();
    this.#failed.clear();
  }

  #open(key: string): TokenSlot {
    const slot = emptySlot();
    this.#slots.set(key, slot);
    if (this.#slots.size > this.#maximumTokens) {
      const [failed] = this.#failed;
      const [oldest] = this.#slots.keys();
      this.forget(failed ?? oldest ?? key);
    }
    return slot;
  }

  #start(key: string, slot: TokenSlot, fetchToken: FetchToken): Promise<Credential> {
    if (this.#closing.signal.aborted) return Promise.reject(new ServiceCallError('CLIENT_CLOSED'));
    if (slot.flight !== undefined) return slot.flight;
    // The life of a token is counted from before it was asked for, so the answer may be slow.
    const startedAt = this.#clock.monotonic();
    const flight = fetchToken(this.#closing.signal).then(
      (issued) => this.#keep(key, slot, { issued, startedAt }),
      (error: unknown) => this.#fail(key, slot, error),
    );
    slot.flight = flight;
    this.#failed.delete(key);
    return flight;
  }

  #keep(key: string, slot: TokenSlot, { issued, startedAt }: { issued: IssuedToken; startedAt: number }): Credential {
    const life = issued.lifetimeSeconds * 1000;
    const isRenewal = slot.credential !== undefined;
    slot.flight = undefined;
    slot.credential = issued.credential;
    slot.isReused = false;
    slot.expiresAt = startedAt + life;
    const renewal = issued.renewable === false ? 1 : renewalPoint + Math.random() * renewalJitter;
    slot.renewAt = startedAt + life * renewal;
    slot.isRejected = false;
    slot.failures = 0;
    slot.failure = undefined;
    slot.retryAt = Number.NEGATIVE_INFINITY;
    // The map keeps its keys in the order they came: the freshest one goes to the end.
    if (this.#slots.get(key) === slot) {
      this.#slots.delete(key);
      this.#slots.set(key, slot);
      if (this.#clock === systemClock) startQuietTime(slot, startedAt + life * renewalPoint - this.#clock.monotonic());
    }
    if (isRenewal) {
      const facts = { lifetimeSeconds: issued.lifetimeSeconds };
      this.#notify({ code: 'TOKEN_RENEWED', level: 'info', message: 'A token was renewed.', facts });
    }
    return issued.credential;
  }

  #fail(key: string, slot: TokenSlot, error: unknown): never {
    const failure = error instanceof ServiceCallError ? error : new ServiceCallError('CREDENTIAL_UNAVAILABLE');
    const pause = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** Math.min(slot.failures, 10));
    const asked = (failure.detail.retryAfterSeconds ?? 0) * 1000;
    slot.flight = undefined;
    slot.failures += 1;
    slot.failure = failure;
    const now = this.#clock.monotonic();
    slot.retryAt = now + Math.min(longestPauseMilliseconds, Math.max(pause, asked));
    if (this.#closing.signal.aborted) throw failure;
    const isUsable = slot.credential !== undefined && now < slot.expiresAt;
    if (!isUsable && this.#slots.get(key) === slot) this.#failed.add(key);
    if (now - this.#toldAt < noticePauseMilliseconds) throw failure;
    this.#toldAt = now;
    const facts = { reason: failure.code, failures: slot.failures, oldTokenUsable: isUsable };
    this.#notify({ code: 'TOKEN_RENEWAL_FAILED', level: 'warn', message: 'No fresh token could be fetched.', facts });
    throw failure;
  }
}
