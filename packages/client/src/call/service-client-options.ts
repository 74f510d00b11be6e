/** The options of `createServiceClient`, checked once: every fault in one error, with the fix. */
import {
  checkSurroundings,
  checkWaiver,
  FaultCollector,
  type Clock,
  type Fetch,
  type Logger,
  type Waiver,
} from '@countersign/core';
import { noticesTo } from '../fault/client-notice.ts';
import { bindSources, checkProof, type ClientProof } from './client-proof.ts';
import type { ClientTls } from '../connection/client-tls.ts';
import type { BoundCredentialSource, BoundOnBehalfOfSource } from '../credential/credential-source.ts';
import { checkRetry, type RetryOptions, type RetrySettings } from './retry-options.ts';
import { baseUrlOf, type BaseUrl } from './target-url.ts';

interface CommonOptions {
  /** Where the service is: an https URL. A path in it is put before the path of each call. */
  readonly baseUrl: string;
  /** The audience of the service, as its tokens carry it in `aud`. */
  readonly audience: string;
  /** Longest a call may take, in seconds, with its token and the body of the answer. Default 10, at most 600. */
  readonly timeoutSeconds?: number | undefined;
  /**
   * When a call that failed is sent again. False: never, besides the answer to a 401. Default: once, after a connection
   * that was not made, or that was lost when the call is idempotent.
   */
  readonly retry?: RetryOptions | false | undefined;
  /** Default: the system clock. */
  readonly clock?: Clock | undefined;
  /** Takes notices. Default: silent. */
  readonly logger?: Logger | undefined;
  /** Permits a service on plain http, until the waiver ends. */
  readonly allowHttp?: Waiver | undefined;
}

/** What `createServiceClient` takes. */
export type ServiceClientOptions = CommonOptions & ClientProof;

/** The options after the check. */
export interface ServiceClientSettings {
  readonly baseUrl: BaseUrl;
  readonly credentials: BoundCredentialSource | undefined;
  readonly onBehalfOf: BoundOnBehalfOfSource | undefined;
  /** Whether a call without a subject is one as this service. */
  readonly actsAsItself: boolean;
  readonly retry: RetrySettings;
  readonly tls: ClientTls | undefined;
  readonly fetch: Fetch | undefined;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  /** Present when the service is on plain http. */
  readonly httpWaiver: Waiver | undefined;
}

const known = [
  'baseUrl',
  'audience',
  'credentials',
  'onBehalfOf',
  'tls',
  'timeoutSeconds',
  'retry',
  'clock',
  'fetch',
  'logger',
  'allowHttp',
];
const defaultTimeoutSeconds = 10;
const longestTimeoutSeconds = 600;

function baseUrlProblem(text: unknown, mayBeHttp: boolean): string | undefined {
  if (typeof text !== 'string' || /[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) return 'is not a URL';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'https:' && !(mayBeHttp && protocol === 'http:')) return 'is not an https URL';
  if (username !== '' || password !== '') return 'carries a user name or password';
  return /[?#]/.test(text) ? 'has a query or fragment' : undefined;
}

function checkPlace(faults: FaultCollector, options: ServiceClientOptions, now: number): Waiver | undefined {
  const problem = baseUrlProblem(options.baseUrl, options.allowHttp !== undefined);
  if (problem !== undefined) {
    const fix = 'write e.g. "https://inventory.internal:8443"; plain http takes the waiver allowHttp';
    faults.add('CONFIG_INVALID', 'baseUrl', problem, fix);
  }
  if (options.allowHttp === undefined) return undefined;
  checkWaiver(faults, 'allowHttp', options.allowHttp, now);
  if (problem !== undefined || options.baseUrl.startsWith('https:')) return undefined;
  if (options.tls !== undefined) {
    faults.add('CONFIG_CONFLICT', 'tls', 'does nothing on plain http', 'leave it out, or move baseUrl to https');
  }
  return Object.freeze({ ...options.allowHttp });
}

/**
 * Checks the options, and binds the source of credentials.
 * @throws {ConfigurationError} with every fault.
 */
export function checkServiceClient(options: ServiceClientOptions): ServiceClientSettings {
  const faults = new FaultCollector('createServiceClient');
  if (typeof options !== 'object' || options === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { baseUrl, audience, credentials, tls }');
    faults.throwIfAny();
  }
  faults.onlyKnown(options, known);
  const clock = checkSurroundings(faults, { clock: options.clock, logger: options.logger });
  const notify = noticesTo(options.logger);
  const httpWaiver = checkPlace(faults, options, clock.now());
  if (typeof options.audience !== 'string' || options.audience.trim() === '') {
    faults.add('CONFIG_MISSING', 'audience', 'names no audience', 'write the text that tokens carry in aud');
  }
  checkProof(faults, options);
  const timeoutSeconds = options.timeoutSeconds ?? defaultTimeoutSeconds;
  if (!(Number.isFinite(timeoutSeconds) && timeoutSeconds > 0 && timeoutSeconds <= longestTimeoutSeconds)) {
    const fix = `write a number of seconds above 0, at most ${longestTimeoutSeconds}`;
    faults.add('CONFIG_INVALID', 'timeoutSeconds', 'is out of range', fix);
  }
  const retry = checkRetry(faults, options.retry);
  const { credentials, onBehalfOf } = bindSources(faults, options, { clock, notify, audience: options.audience });
  if (faults.any) void Promise.allSettled([credentials?.close?.(), onBehalfOf?.close?.()]);
  faults.throwIfAny();
  if (httpWaiver !== undefined) {
    const facts = { option: 'allowHttp', expires: httpWaiver.expires, owner: httpWaiver.owner };
    notify({ code: 'WAIVER_IN_FORCE', level: 'warn', message: 'The service may be on plain http.', facts });
  }
  return Object.freeze({
    baseUrl: baseUrlOf(options.baseUrl),
    credentials,
    onBehalfOf,
    actsAsItself: credentials !== undefined || options.tls?.proves === 'both' || onBehalfOf === undefined,
    retry,
    tls: options.tls,
    fetch: options.fetch,
    timeoutSeconds,
    clock,
    httpWaiver,
  });
}
