/** What a document of keys is read to, whichever kind it is: keys of now, or keys with their dates. */
import type { Outcome } from '../errors/outcome.ts';
import type { KeySelector } from './key-source.ts';
import type { VerificationKey } from './verification-key.ts';

/** The keys of a document, with those that were refused. */
export interface ReadKeys<S extends KeySelector> {
  readonly keySet: { find(selector: S): Outcome<VerificationKey>; readonly size: number };
  /** Position in `keys`, and the problem. */
  readonly refused: readonly { readonly index: number; readonly problem: string }[];
}

/** Reads a document, or answers the problem. */
export type ReadKeysOf<S extends KeySelector> = (document: { readonly keys?: unknown }) => ReadKeys<S> | string;
