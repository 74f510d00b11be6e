/** Where verification keys come from. One method; how the keys stay fresh is the source's own business. */
import type { MaybePromise, Outcome } from '../errors/outcome.ts';
import type { Algorithm } from './algorithms.ts';
import type { VerificationKey } from './verification-key.ts';

/** What a token says about its key. Unverified: it selects among the source's own keys and does nothing else. */
export interface KeySelector {
  readonly keyId: string | undefined;
  readonly algorithm: Algorithm;
}

/** Finds keys. */
export interface KeySource {
  find(selector: KeySelector): MaybePromise<Outcome<VerificationKey>>;
  /** Settles when keys are in hand; rejects when they cannot be had. */
  ready?(): Promise<void>;
  close?(): Promise<void>;
}
