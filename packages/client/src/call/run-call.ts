/**
 * Runs the calls of one client, whatever carries them: the checks before anything is sent, the time of the call, and its
 * repeats.
 */
import { isWaiverInForce } from '@countersign/core';
import { startDeadline, type CallDeadline } from './call-deadline.ts';
import { callCredentials } from './call-credentials.ts';
import { repeatCall, type Repetition } from './repeat-call.ts';
import { RetryBudget } from './retry-budget.ts';
import { createAttempt, type Wire } from './send-call.ts';
import type { ServiceClientSettings } from './service-client-options.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { PreparedRequest } from './service-request.ts';
import { targetUrl } from './target-url.ts';
import type { Transport } from '../connection/transport.ts';

/** What is to be called, and how. */
export interface CallOrder<T> {
  /** A path below `baseUrl`. */
  readonly path: string;
  /** @throws {ServiceCallError} when the request cannot be sent. */
  readonly prepare: () => PreparedRequest;
  /** Ends the call early. */
  readonly signal: AbortSignal | null | undefined;
  readonly wire: Wire<T>;
}

/** An answer, and the time of its call: it goes on until the body of the answer has ended. */
export interface Answered<T> {
  readonly value: T;
  readonly deadline: CallDeadline;
}

/** Runs calls. All methods reject with `ServiceCallError`. */
export interface CallRunner {
  run<T>(order: CallOrder<T>): Promise<Answered<T>>;
  /** Whether a call as this service could be sent now: its credential is at hand. Sends nothing to the service. */
  ready(): Promise<void>;
}

function checkSubject({ onBehalfOf, actsAsItself }: ServiceClientSettings, { subjectOf }: PreparedRequest): void {
  if (subjectOf !== undefined && onBehalfOf === undefined) throw new ServiceCallError('ON_BEHALF_OF_UNCONFIGURED');
  if (subjectOf === undefined && !actsAsItself) throw new ServiceCallError('ON_BEHALF_OF_MISSING');
}

function checkWaiver({ httpWaiver, clock }: ServiceClientSettings): void {
  if (httpWaiver === undefined || isWaiverInForce(httpWaiver, clock.now())) return;
  throw new ServiceCallError('WAIVER_ENDED', { check: 'allowHttp' });
}

/** Makes the runner of a client. */
export function createCallRunner(settings: ServiceClientSettings, transport: Transport): CallRunner {
  const { baseUrl, clock, retry, timeoutSeconds, fetch } = settings;
  const credentials = callCredentials({ ...settings, transport, isTest: fetch !== undefined });
  const attempt = createAttempt(credentials, clock);
  const by: Repetition = { attempt, retry, budget: new RetryBudget(), clock, random: Math.random };
  const time = { timeoutSeconds, clock };

  return {
    run: async ({ path, prepare, signal, wire }) => {
      const url = targetUrl(baseUrl, path);
      const request = prepare();
      checkSubject(settings, request);
      checkWaiver(settings);
      const deadline = startDeadline(time, signal);
      try {
        const { value } = await repeatCall(by, { url, request, deadline, wire });
        return { value, deadline };
      } catch (error) {
        deadline.release();
        throw deadline.ended() ?? error;
      }
    },
    ready: async () => {
      checkWaiver(settings);
      const deadline = startDeadline(time, undefined);
      try {
        transport.dispatcher({});
        if (settings.credentials !== undefined) await credentials.find({ request: { subjectOf: undefined }, deadline });
      } finally {
        deadline.release();
      }
    },
  };
}
