/**
 * Remembers what may be used once. One method, so that replicas can share a store; what cannot tell must say so, because
 * "not seen" and "do not know" are different answers.
 */
import type { MaybePromise } from '../errors/outcome.ts';

/** Remembers keys for a time. */
export interface ReplayStore {
  /**
   * Notes a key and keeps it for at least so many milliseconds. Answers `true` when it was new and `false` when it was
   * noted before; of two calls at once, one answers `true`. Keys are digests: short, and they tell nothing.
   * @throws or rejects when it cannot tell. The request is then refused (`REPLAY_STORE_UNAVAILABLE`).
   */
  remember(key: string, milliseconds: number): MaybePromise<boolean>;
  /** Settles when the store can tell; rejects when it cannot. */
  ready?(): Promise<void>;
}
