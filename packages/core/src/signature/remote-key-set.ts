/**
 * The keys of an issuer, fetched and kept fresh: one fetch at a time, ahead of need in the background, after an
 * unknown key id at most once per cool-down. A known key never waits for the issuer; when the issuer fails, keys in
 * hand serve until a ceiling, each time with a notice. A key that the issuer withdrew is gone with the next fetch.
 */
import type { ConfigurationError } from '../errors/configuration-error.ts';
import { refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { boundedFetchJson } from '../runtime/bounded-fetch.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { readKeySet, type KeySet } from './key-set.ts';
import type { KeySelector, KeySource } from './key-source.ts';
import { parseStrictJson } from './strict-json.ts';
import type { VerificationKey } from './verification-key.ts';

/** The address of a JWKS, or why there is none. A mistake of configuration comes with its error. */
export type LocatedKeys =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly problem: string; readonly mistake?: ConfigurationError };

/** Where the keys are. */
export interface RemoteKeySetOptions {
  readonly issuer: string;
  /** Answers the address of the JWKS, or a problem. Asked again after a failure. */
  readonly locate: () => Promise<LocatedKeys>;
  readonly runtime: Pick<Runtime, 'clock' | 'fetch' | 'notify'>;
}

/** Age at which keys are stale, in milliseconds. */
export const maximumAgeMilliseconds = 600_000;
/** Age at which stale keys stop working while the issuer fails, in milliseconds. */
export const staleCeilingMilliseconds = 3_600_000;

const refreshAtShare = 0.8;
const coolDownMilliseconds = 2_000;
const retryMilliseconds = 30_000;
const jitterShare = 0.2;

const unavailable = refuse('ISSUER_KEYS_UNAVAILABLE', 'jwks', { expected: 'keys of the issuer' });

function jittered(milliseconds: number): number {
  return milliseconds * (1 - jitterShare + Math.random() * 2 * jitterShare);
}

/** Makes the source. */
export function createRemoteKeySet(options: RemoteKeySetOptions): KeySource {
  return new RemoteKeySet(options);
}

class RemoteKeySet implements KeySource {
  readonly #options: RemoteKeySetOptions;
  #keySet: KeySet | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #mayFetchAt = Number.NEGATIVE_INFINITY;
  #inFlight: Promise<void> | undefined;
  #url: string | undefined;
  #lastFetchFailed = false;
  #mistake: ConfigurationError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RemoteKeySetOptions) {
    this.#options = options;
  }

  find(selector: KeySelector): MaybePromise<Outcome<VerificationKey>> {
    const keySet = this.#usableKeySet();
    if (keySet === undefined) return this.#findAfterFetch(selector);
    const found = keySet.find(selector);
    if (found.ok) {
      this.#tellIfStale();
      return found;
    }
    if (found.reason !== 'TOKEN_KEY_UNKNOWN') return found;
    // An unknown key may be a new one. A flood of invented ids costs the issuer one request per cool-down.
    if (this.#mayFetch()) return this.#findAfterFetch(selector);
    return this.#lastFetchFailed ? unavailable : found;
  }

  async ready(): Promise<void> {
    if (this.#usableKeySet() === undefined) await this.#fetchOnce();
    if (this.#usableKeySet() !== undefined) return;
    throw this.#mistake ?? new Error(`The keys of ${this.#options.issuer} cannot be had.`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#inFlight;
  }

  #age(): number {
    return this.#options.runtime.clock.monotonic() - this.#fetchedAt;
  }

  #usableKeySet(): KeySet | undefined {
    return this.#age() < staleCeilingMilliseconds ? this.#keySet : undefined;
  }

  #mayFetch(): boolean {
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

  async #findAfterFetch(selector: KeySelector): Promise<Outcome<VerificationKey>> {
    if (this.#mayFetch()) await this.#fetchOnce();
    const found = this.#usableKeySet()?.find(selector);
    if (found === undefined) return unavailable;
    // Perhaps the key is new and the issuer only fails to say so: that is no fault of the caller.
    return !found.ok && found.reason === 'TOKEN_KEY_UNKNOWN' && this.#lastFetchFailed ? unavailable : found;
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
    this.#mayFetchAt = runtime.clock.monotonic() + jittered(coolDownMilliseconds);
    const problem = await this.#load().catch(() => 'the fetch failed');
    this.#lastFetchFailed = problem !== undefined;
    if (problem !== undefined) {
      // Perhaps the address moved: ask for it again next time.
      this.#url = undefined;
      runtime.notify({
        code: 'KEYS_REFRESH_FAILED',
        level: 'error',
        message: 'The keys of an issuer could not be fetched.',
        facts: { issuer, problem },
      });
    }
    this.#schedule(problem === undefined ? maximumAgeMilliseconds * refreshAtShare : retryMilliseconds);
  }

  /** Fetches and takes over the keys; answers the problem when that fails. The old keys then stay. */
  async #load(): Promise<string | undefined> {
    const { issuer, locate, runtime } = this.#options;
    if (this.#url === undefined) {
      const located = await locate();
      this.#mistake = located.ok ? undefined : located.mistake;
      if (!located.ok) return located.problem;
      this.#url = located.url;
    }
    const fetched = await boundedFetchJson(this.#url, { fetch: runtime.fetch });
    if (!fetched.ok) return fetched.problem;
    const document = parseStrictJson(fetched.text);
    if (!document.ok) return `the key set ${document.problem}`;
    const read = readKeySet(document.value);
    if (typeof read === 'string') return `the key set ${read}`;
    for (const { index, problem } of read.refused) {
      runtime.notify({
        code: 'KEY_REFUSED',
        level: 'warn',
        message: 'A key of an issuer was left out.',
        facts: { issuer, index, problem },
      });
    }
    if (read.keySet.size === 0) return 'the key set has no usable key';
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
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#fetchOnce(), jittered(milliseconds));
    // Keeping keys fresh is no reason to keep the process alive.
    this.#timer.unref();
  }
}
