/** The place of one token in the cache: the token, when it is renewed and when it ends, and what became of fetches. */
import type { Credential } from './credential-source.ts';
import type { ServiceCallError } from '../fault/service-call-error.ts';

/** A place. It is changed while tokens come and go. */
export interface TokenSlot {
  credential: Credential | undefined;
  /** It was given out from the cache, not only to those who waited for it. */
  isReused: boolean;
  renewAt: number;
  expiresAt: number;
  /** The service refused it: wait for the next one, and use this one only if there is none. */
  isRejected: boolean;
  rejectedAt: number;
  flight: Promise<Credential> | undefined;
  failures: number;
  /** Not asked again before this, after a failure. */
  retryAt: number;
  failure: ServiceCallError | undefined;
  /** Its dates need no look (quiet-time.ts). */
  isQuiet: boolean;
  quietTimer: NodeJS.Timeout | undefined;
}

/** A place without a token. */
export function emptySlot(): TokenSlot {
  return {
    credential: undefined,
    isReused: false,
    renewAt: 0,
    expiresAt: 0,
    isRejected: false,
    rejectedAt: Number.NEGATIVE_INFINITY,
    flight: undefined,
    failures: 0,
    retryAt: Number.NEGATIVE_INFINITY,
    failure: undefined,
    isQuiet: false,
    quietTimer: undefined,
  };
}
