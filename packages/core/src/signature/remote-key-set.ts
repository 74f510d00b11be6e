/**
 * The keys of an issuer, fetched and kept fresh: one fetch at a time, ahead of need in the background, after an
 * unknown key id at most once per cool-down. A known key never waits for the issuer; when the issuer fails, keys in
 * hand serve until a ceiling, each time with a notice. A key that the issuer withdrew is gone with the next fetch.
 */
import { refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { readKeySet } from './key-set.ts';
import type { KeySelector, KeySource } from './key-source.ts';
import type { KeysFailure, LocatedKeys, LocateKeys } from './locate-keys.ts';
import type { ReadKeys, ReadKeysOf } from './read-keys.ts';
import type { VerificationKey } from './verification-key.ts';

/** Where the keys are. */
export interface RemoteKeySetOptions {
  readonly issuer: string;
  readonly locate: LocateKeys;
  readonly runtime: Pick<Runtime, 'clock' | 'fetch' | 'notify'>;
}

/** Age at which keys are stale, in milliseconds. */
export const maximumAgeMilliseconds = 600_000;
/** Age at which stale keys stop working while the issuer fails, in milliseconds. */
export const staleCeilingMilliseconds = 3_600_000;

const refreshAtShare = 0.8;
/** Longest wait, in milliseconds, before an unknown key id may cost the issuer another fetch. */
export const coolDownMilliseconds = 2_000;
const retryMilliseconds = 30_000;
const jitterShare = 0.2;

/** Shorter by up to a fifth, so that replicas do not ask in step. Never longer: the limits above hold. */
function jittered(milliseconds: number): number {
  return milliseconds * (1 - Math.random() * jitterShare);
}

/** Makes the source. */
export function createRemoteKeySet(options: RemoteKeySetOptions): Required<KeySource> {
  return new RemoteKeySet<KeySelector>(options, (document) => readKeySet(document));
}

/** Keys of any kind of document. */
export class RemoteKeySet<S extends KeySelector> {
  readonly #options: RemoteKeySetOptions;
  readonly #read: ReadKeysOf<S>;
  readonly #closing = new AbortController();
  #keySet: ReadKeys<S>['keySet'] | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #mayFetchAt = Number.NEGATIVE_INFINITY;
  #inFlight: Promise<void> | undefined;
  #located: (LocatedKeys & { ok: true }) | undefined;
  /** Why the last fetch failed, if it did. */
  #failure: KeysFailure | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RemoteKeySetOptions, read: ReadKeysOf<S>) {
    this.#options = options;
    this.#read = read;
  }

  find(selector: S): MaybePromise<Outcome<VerificationKey>> {
    const keySet = this.#usableKeySet();
    if (keySet === undefined) return this.#findAfterFetch(selector);
    const found = keySet.find(selector);
    if (found.ok) {
      this.#tellIfStale();
      return found;
    }
    if (found.reason !== 'TOKEN_KEY_UNKNOWN') return found;
    // An unknown key may be a new one. A flood of invented ids costs the issuer one request per cool-down.
    return this.#mayFetch() ? this.#findAfterFetch(selector) : this.#orUnavailable(found);
  }

  async ready(): Promise<void> {
    const { issuer } = this.#options;
    if (this.#isClosed) throw new Error(`The keys of ${issuer} are not kept any more: this service is closed.`);
    if (this.#usableKeySet() === undefined && this.#mayFetch()) await this.#fetchOnce();
    if (this.#usableKeySet() !== undefined) return;
    const { mistake, problem } = this.#failure ?? { problem: 'closed' };
    throw mistake ?? new Error(`The keys of ${issuer} cannot be had: ${problem}.`);
  }

  /** Ends what is under way. Keys in hand still serve the requests that are under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#inFlight;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #age(): number {
    return this.#options.runtime.clock.monotonic() - this.#fetchedAt;
  }

  #usableKeySet(): ReadKeys<S>['keySet'] | undefined {
    return this.#age() < staleCeilingMilliseconds ? this.#keySet : undefined;
  }

  #mayFetch(): boolean {
    if (this.#isClosed) return false;
    return this.#inFlight !== undefined || this.#options.runtime.clock.monotonic() >= this.#mayFetchAt;
  }

  #tellIfStale(): void {
    const age = this.#age();
    if (age < maximumAgeMilliseconds) return;
    const { issuer, runtime } = this.#options;
    runtime.notify({
      code: 'KEYS_STALE_USED',
      level: 'warn',
      message: 'A key was used past its age because the issuer does not answer.',
      facts: { issuer, ageSeconds: Math.round(age / 1000) },
    });
    if (this.#mayFetch()) void this.#fetchOnce();
  }

  async #findAfterFetch(selector: S): Promise<Outcome<VerificationKey>> {
    if (this.#mayFetch()) await this.#fetchOnce();
    const found = this.#usableKeySet()?.find(selector);
    return found?.ok === true ? found : this.#orUnavailable(found);
  }

  /** Perhaps an unknown key is new and the issuer only fails to say so: that is no fault of the caller. */
  #orUnavailable(found: Outcome<VerificationKey> | undefined): Outcome<VerificationKey> {
    const isUnknown = found === undefined || (!found.ok && found.reason === 'TOKEN_KEY_UNKNOWN');
    if (found !== undefined && !(isUnknown && this.#failure !== undefined)) return found;
    const actual = this.#failure?.problem ?? 'none fetched';
    return refuse('ISSUER_KEYS_UNAVAILABLE', 'jwks', { expected: 'keys of the issuer', actual });
  }

  /** Joins the fetch that is under way, or begins one. Never rejects. */
  #fetchOnce(): Promise<void> {
    this.#inFlight ??= this.#fetch().finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #fetch(): Promise<void> {
    const { issuer, runtime } = this.#options;
    this.#coolDown();
    const failure = await this.#load().catch((): KeysFailure => ({ problem: 'the fetch failed' }));
    this.#failure = failure;
    if (this.#isClosed) return;
    if (failure !== undefined) {
      // An issuer that hangs gets its pause, too. Perhaps the address moved: ask for it again next time.
      this.#coolDown();
      this.#located = undefined;
      runtime.notify({
        code: 'KEYS_REFRESH_FAILED',
        level: 'error',
        message: 'The keys of an issuer could not be fetched.',
        facts: { issuer, problem: failure.problem },
      });
    }
    this.#schedule(failure === undefined ? maximumAgeMilliseconds * refreshAtShare : retryMilliseconds);
  }

  #coolDown(): void {
    this.#mayFetchAt = this.#options.runtime.clock.monotonic() + jittered(coolDownMilliseconds);
  }

  async #locate(): Promise<LocatedKeys> {
    const { locate, runtime } = this.#options;
    if (this.#located !== undefined && runtime.clock.now() < (this.#located.until ?? Infinity)) return this.#located;
    const located = await locate(this.#closing.signal);
    this.#located = located.ok ? located : undefined;
    return located;
  }

  /** Fetches and takes over the keys; answers the failure otherwise. The old keys then stay. */
  async #load(): Promise<KeysFailure | undefined> {
    const { issuer, runtime } = this.#options;
    const located = await this.#locate();
    if (!located.ok) return located;
    const { signal } = this.#closing;
    const read = await fetchKeySet(located.url, { issuer, runtime, signal, read: this.#read });
    if (!('keySet' in read)) return read;
    if (read.keySet.size === 0) {
      // An empty list withdraws every key. A list of nothing but unusable keys is an answer gone wrong.
      if (read.refused.length === 0) this.#keySet = undefined;
      return { problem: 'the key set has no usable key' };
    }
    this.#keySet = read.keySet;
    this.#fetchedAt = runtime.clock.monotonic();
    runtime.notify({
      code: 'KEYS_REFRESHED',
      level: 'info',
      message: 'The keys of an issuer were fetched.',
      facts: { issuer, keys: read.keySet.size },
    });
    return undefined;
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetchOnce(), jittered(milliseconds));
    // Keeping keys fresh is no reason to keep the process alive.
    this.#timer.unref();
  }
}
