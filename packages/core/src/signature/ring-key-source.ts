/** Supplies the keys of a key ring, such as from a directory. A one-method source, asked whenever a key is needed. */
import type { RingKey } from './ring-key.ts';

/** The source. */
export interface RingKeySource {
  /** All keys, those of the future and the past among them. The same list as long as nothing has changed. */
  list(): readonly RingKey[];
  /** Settles when keys are in hand; rejects when they cannot be had. */
  ready?(): Promise<void>;
  close?(): Promise<void>;
}
