/**
 * Fetches the key set of an issuer once: a document that is no strict JSON, no key set or too large is a failure, and
 * a key that may not verify is left out, with a notice.
 */
import { boundedFetchJson } from '../runtime/bounded-fetch.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { KeySelector } from './key-source.ts';
import type { KeysFailure } from './locate-keys.ts';
import type { ReadKeys, ReadKeysOf } from './read-keys.ts';
import { parseStrictJson } from './strict-json.ts';

/** Who asks. */
export interface FetchKeySetOptions<S extends KeySelector> {
  /** Reads the document. */
  readonly read: ReadKeysOf<S>;
  readonly issuer: string;
  readonly runtime: Pick<Runtime, 'fetch' | 'notify'>;
  readonly signal: AbortSignal;
}

/** Fetches and reads. Never rejects because of the issuer. */
export async function fetchKeySet<S extends KeySelector>(
  url: string,
  options: FetchKeySetOptions<S>,
): Promise<ReadKeys<S> | KeysFailure> {
  const { issuer, runtime, signal } = options;
  const fetched = await boundedFetchJson(url, { fetch: runtime.fetch, signal });
  if (!fetched.ok) return fetched;
  const document = parseStrictJson(fetched.text);
  if (!document.ok) return { problem: `the key set ${document.problem}` };
  const read = options.read(document.value);
  if (typeof read === 'string') return { problem: `the key set ${read}` };
  for (const { index, problem } of read.refused) {
    runtime.notify({
      code: 'KEY_REFUSED',
      level: 'warn',
      message: 'A key of an issuer was left out.',
      facts: { issuer, index, problem },
    });
  }
  return read;
}
