/**
 * The keys of another service with their dates, from where it publishes them (`jwksEndpoint`): for messages of a producer
 * that are verified later than they were signed. Kept and renewed as the keys of an issuer are. What is verified years
 * later, when nobody answers there any more, needs the document itself.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import { checkWaiver, isWaiverInForce, waiverEndsAt, type Waiver } from '../errors/waiver.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { noticesTo, silentLogger, type Logger } from '../runtime/logger.ts';
import type { Fetch } from '../runtime/runtime.ts';
import type { KeyHistory } from '../signature/key-history.ts';
import type { LocateKeys } from '../signature/locate-keys.ts';
import { createRemoteKeyHistory } from '../signature/remote-key-history.ts';
import { urlProblem } from '../token/issuer-url.ts';

/** Options of `remoteKeyHistory`. */
export interface RemoteKeyHistoryOptions {
  /** Where the document is, e.g. `https://orders.internal/.well-known/historical-keys.json`. */
  readonly url: string;
  /** Permits plain http, until the waiver ends. */
  readonly allowHttp?: Waiver;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Takes notices. Default: silent. */
  readonly logger?: Logger;
}

const known = ['url', 'allowHttp', 'fetch', 'clock', 'logger'];

function locator({ url, allowHttp }: RemoteKeyHistoryOptions, clock: Clock): LocateKeys {
  if (allowHttp === undefined) return () => Promise.resolve({ ok: true, url });
  const located = { ok: true, url, until: waiverEndsAt(allowHttp) } as const;
  const ended = { ok: false, problem: 'the waiver for plain http has ended' } as const;
  const isPlain = url.startsWith('http:');
  return () => Promise.resolve(isPlain && !isWaiverInForce(allowHttp, clock.now()) ? ended : located);
}

/**
 * Makes the source. It fetches nothing before a key is asked for, or `ready()`.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function remoteKeyHistory(options: RemoteKeyHistoryOptions): Required<KeyHistory> {
  const faults = new FaultCollector('remoteKeyHistory');
  const given: Partial<RemoteKeyHistoryOptions> = options ?? {};
  faults.onlyKnown(given, known);
  const { url, allowHttp, fetch = globalThis.fetch, clock = systemClock, logger = silentLogger } = given;
  const problem = urlProblem(url, allowHttp !== undefined);
  if (problem !== undefined) {
    const fix = 'write e.g. "https://orders.internal/.well-known/historical-keys.json"; plain http takes a waiver';
    faults.add('CONFIG_INVALID', 'url', problem, fix);
  }
  if (allowHttp !== undefined) checkWaiver(faults, 'allowHttp', allowHttp, clock.now());
  if (typeof fetch !== 'function') faults.add('CONFIG_INVALID', 'fetch', 'is not a function', 'leave it out');
  faults.throwIfAny();
  const notify = noticesTo(logger);
  if (allowHttp !== undefined) {
    const { reason, owner, expires } = allowHttp;
    const message = 'The keys of another service may be fetched over plain http.';
    notify({ code: 'WAIVER_IN_FORCE', level: 'warn', message, facts: { option: 'allowHttp', reason, owner, expires } });
  }
  return createRemoteKeyHistory({
    issuer: options.url,
    locate: locator(options, clock),
    runtime: { clock, notify, fetch: (input, init) => fetch(input, init) },
  });
}
