/**
 * Remembers which messages were begun and which were handled, so that a broker may deliver a message again until it is
 * handled, and nobody may after that. What cannot tell must say so: a message whose past is unknown is not handled.
 */
import type { MaybePromise } from '../errors/outcome.ts';

/** One attempt to handle a message. */
export interface MessageAttempt {
  /** Name of the message: a digest of the service, the producer, the destination and the id. Short, and tells nothing. */
  readonly name: string;
  /** Digest of what was sealed: payload, key, types, attributes. Another one under the same name is another message. */
  readonly digest: string;
  /** Whoever attempts it, this once. Nobody else ends its lease. */
  readonly owner: string;
  /** For so long nobody else begins it, in milliseconds. */
  readonly leaseMilliseconds: number;
  /** For so long the message is remembered, in milliseconds. */
  readonly keepMilliseconds: number;
}

/**
 * `new`: never seen. `again`: begun, not handled, and nobody works on it. `busy`: somebody works on it. `done`: handled.
 * `other`: a message of this name has another digest.
 */
export type MessagePast = 'new' | 'again' | 'busy' | 'done' | 'other';

/** Notes attempts. Its methods throw or reject when they cannot tell; the message is then refused. */
export interface MessageLedger {
  /** Notes an attempt, unless the answer is `busy`, `done` or `other`. Of two at once, one gets the lease. */
  begin(attempt: MessageAttempt): MaybePromise<MessagePast>;
  /** Notes that the message was handled. */
  complete(attempt: MessageAttempt): MaybePromise<void>;
  /** Ends the lease of this attempt, so that the message may be begun again at once. */
  release(attempt: MessageAttempt): MaybePromise<void>;
  /** Settles when the ledger can tell; rejects when it cannot. */
  ready?(): Promise<void>;
}
