/**
 * Calls to one service: the right credential, to the right place, in bounded time. The credential leaves only for the
 * origin of `baseUrl`; a redirect is an error; after a 401 the call is sent once more with a fresh credential.
 */
import type { Caller } from '@countersign/core';
import type { Dispatcher } from 'undici';
import { answerOf } from '../connection/answer.ts';
import { ClientDispatcher } from './client-dispatcher.ts';
import { createCallRunner, type CallRunner } from './run-call.ts';
import { checkServiceClient, type ServiceClientOptions } from './service-client-options.ts';
import { prepareRequest, type ServiceRequest } from './service-request.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { openTransport } from '../connection/transport.ts';

/** For whom the requests of a dispatcher are. */
export interface DispatcherOptions {
  /** The caller for whose subject they are. Without it they are made as this service; undefined is a fault. */
  readonly onBehalfOf?: Caller;
}

/** A client of one service. */
export interface ServiceClient {
  /**
   * Sends a request. `path` begins with a slash, or with `baseUrl`. Any answer but a redirect is a response, also one
   * with status 400 or more. Rejects with `ServiceCallError` when there is no answer.
   */
  fetch(path: string, request?: ServiceRequest): Promise<Response>;
  /**
   * The same as a dispatcher of undici, for `undici.request` and for libraries on top of it: requests to `baseUrl` get
   * the credential, all others are refused. Close the client, not the dispatcher.
   */
  dispatcher(options?: DispatcherOptions): Dispatcher;
  /**
   * Whether a call as this service could be sent now: its certificate and its token are at hand. Rejects with
   * `ServiceCallError`. Sends nothing to the service.
   */
  ready(): Promise<void>;
  /** Refuses new calls, lets running ones end, and closes connections. Idempotent. */
  close(): Promise<void>;
}

/** Closes all of them, and rejects with what the first that failed rejected with. */
async function closeAll(parts: readonly ({ close?(): Promise<void> } | undefined)[]): Promise<void> {
  const ended = await Promise.allSettled(parts.map(async (part) => part?.close?.()));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/**
 * Makes the client of a service.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const settings = checkServiceClient(options);
  const { baseUrl, clock, credentials, onBehalfOf } = settings;
  const transport = openTransport(settings, clock);
  const open = createCallRunner(settings, transport);
  let closing: Promise<void> | undefined;
  const refuseClosed = (): void => {
    if (closing !== undefined) throw new ServiceCallError('CLIENT_CLOSED');
  };
  const runner: CallRunner = {
    run: async (order) => {
      refuseClosed();
      return await open.run(order);
    },
    ready: async () => {
      refuseClosed();
      await open.ready();
    },
  };

  return Object.freeze<ServiceClient>({
    fetch: async (path, init = {}) => {
      const { value, deadline } = await runner.run({
        path,
        prepare: () => prepareRequest(init),
        signal: init?.signal,
        wire: async (url, request) => answerOf(await transport.send(url, request)),
      });
      if (value.body === null) deadline.release();
      return value;
    },
    dispatcher: (whom = {}) => new ClientDispatcher({ runner, transport, baseUrl, whom }),
    ready: () => runner.ready(),
    close: () => {
      // Closed from here on, also when a source of somebody else throws.
      closing ??= closeAll([transport, credentials, onBehalfOf]);
      return closing;
    },
  });
}
