/** What the outside world is to the library, in one object: every part gets it, nothing reaches for a global. */
import type { Clock } from './clock.ts';
import type { NoticeSink } from './notice.ts';

/** The `fetch` we call. The global one fits. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** Handed to every authenticator when the service is created. */
export interface Runtime {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly notify: NoticeSink;
  /** The id of this service. */
  readonly service: string;
  /** The audiences of this service, as tokens must name them. At least one. */
  readonly audience: readonly string[];
}
