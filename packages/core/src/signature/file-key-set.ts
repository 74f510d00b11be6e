/**
 * The keys of an issuer in a JWKS file, read again while it is used: a file that changed counts within seconds, a key
 * that is gone from it verifies nothing any more, and a file that cannot be read leaves the last good keys at work, with
 * a notice. What it says is compared, not its date: a swap within one tick of the clock counts as well.
 */
import { refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { readKeySet, type KeySet } from './key-set.ts';
import type { KeySelector, KeySource } from './key-source.ts';
import { readKeyFile } from './read-key-file.ts';
import { parseStrictJson } from './strict-json.ts';
import type { VerificationKey } from './verification-key.ts';

/** Where the keys are. */
export interface FileKeySetOptions {
  readonly issuer: string;
  readonly path: string;
  /** Purpose of the keys that are wanted, when it is not `sig`. */
  readonly use?: string | undefined;
  readonly runtime: Pick<Runtime, 'clock' | 'notify'>;
}

/** Age at which the file is read again before a key is used, in milliseconds. */
export const readAgainMilliseconds = 5_000;
/** Age at which it is read again for an unknown key id, which may be a new one, in milliseconds. */
export const unknownKeyMilliseconds = 1_000;

/** Makes the source. Nothing is read before a key is asked for, or `ready()`. */
export function createFileKeySet(options: FileKeySetOptions): KeySource {
  return new FileKeySet(options);
}

class FileKeySet implements KeySource {
  readonly #options: FileKeySetOptions;
  #keySet: KeySet | undefined;
  #text: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #problem = 'was not read';
  #closed = false;

  constructor(options: FileKeySetOptions) {
    this.#options = options;
  }

  find(selector: KeySelector): MaybePromise<Outcome<VerificationKey>> {
    if (this.#isOlderThan(readAgainMilliseconds)) return this.#findAfterRead(selector);
    const found = this.#find(selector);
    const isUnknown = !found.ok && found.reason !== 'TOKEN_ALGORITHM_REFUSED';
    return isUnknown && this.#isOlderThan(unknownKeyMilliseconds) ? this.#findAfterRead(selector) : found;
  }

  async ready(): Promise<void> {
    await this.#readOnce();
    if (this.#keySet !== undefined) return;
    throw new Error(`The keys of ${this.#options.issuer} cannot be had: the file ${this.#problem}.`);
  }

  /** Nothing is read any more. Keys in hand still serve the requests that are under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#reading;
  }

  #isOlderThan(milliseconds: number): boolean {
    return !this.#closed && this.#options.runtime.clock.monotonic() - this.#readAt >= milliseconds;
  }

  #find(selector: KeySelector): Outcome<VerificationKey> {
    if (this.#keySet !== undefined) return this.#keySet.find(selector);
    return refuse('ISSUER_KEYS_UNAVAILABLE', 'jwksFile', { expected: 'keys of the issuer', actual: this.#problem });
  }

  async #findAfterRead(selector: KeySelector): Promise<Outcome<VerificationKey>> {
    await this.#readOnce();
    return this.#find(selector);
  }

  /** Joins the reading that is under way, or begins one. Never rejects. */
  #readOnce(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { issuer, path, runtime } = this.#options;
    const file = await readKeyFile(path);
    this.#readAt = runtime.clock.monotonic();
    const problem = file.ok ? this.#takeOver(file.text) : file.problem;
    if (problem === undefined) return;
    this.#problem = problem;
    runtime.notify({
      code: 'KEYS_REFRESH_FAILED',
      level: 'error',
      message: 'The keys of an issuer could not be read from their file.',
      facts: { issuer, problem: `the file ${problem}` },
    });
  }

  /** Takes over the keys; answers the problem otherwise. The old keys then stay. */
  #takeOver(text: string): string | undefined {
    if (text === this.#text) return undefined;
    const { issuer, use, runtime } = this.#options;
    const document = parseStrictJson(text);
    if (!document.ok) return document.problem;
    const read = readKeySet(document.value, use);
    if (typeof read === 'string') return read;
    // An empty list withdraws every key. A list of nothing but unusable keys is a file gone wrong.
    if (read.keySet.size === 0 && read.refused.length > 0) return 'has no usable key';
    for (const { index, problem } of read.refused) {
      const message = 'A key of an issuer was left out.';
      runtime.notify({ code: 'KEY_REFUSED', level: 'warn', message, facts: { issuer, index, problem } });
    }
    this.#keySet = read.keySet;
    this.#text = text;
    const message = 'The keys of an issuer were read from their file.';
    runtime.notify({ code: 'KEYS_REFRESHED', level: 'info', message, facts: { issuer, keys: read.keySet.size } });
    return undefined;
  }
}
