/**
 * Calls to one service: the right credential, to the right place, in bounded time. The credential leaves only for the
 * origin of `baseUrl`; a redirect is an error; after a 401 the call is sent once more with a fresh credential.
 */
import { isWaiverInForce } from '@countersign/core';
import { startDeadline, type CallDeadline } from './call-deadline.ts';
import type { Credential } from './credential-source.ts';
import { checkServiceClient, type ServiceClientOptions } from './service-client-options.ts';
import type { ServiceClientSettings } from './service-client-options.ts';
import { prepareRequest, type PreparedRequest, type ServiceRequest } from './service-request.ts';
import { ServiceCallError } from './service-call-error.ts';
import { targetUrl } from './target-url.ts';
import { isRedirect, openTransport, type Transport } from './transport.ts';

/** A client of one service. */
export interface ServiceClient {
  /**
   * Sends a request. `path` begins with a slash, or with `baseUrl`. Any answer but a redirect is a response, also one
   * with status 400 or more. Rejects with `ServiceCallError` when there is no answer.
   */
  fetch(path: string, request?: ServiceRequest): Promise<Response>;
  /** Refuses new calls, lets running ones end, and closes connections. Idempotent. */
  close(): Promise<void>;
}

/** One call on its way. */
interface Call {
  readonly url: string;
  readonly request: PreparedRequest;
  readonly deadline: CallDeadline;
}

function headersWith({ headers }: PreparedRequest, credential: Credential | undefined): Record<string, string> {
  if (credential === undefined) return { ...headers };
  return { ...headers, authorization: `${credential.scheme} ${credential.token.expose()}` };
}

/** A source may be written by anybody: what it throws is not shown. */
function credentialFault(error: unknown): ServiceCallError {
  return error instanceof ServiceCallError ? error : new ServiceCallError('CREDENTIAL_UNAVAILABLE');
}

function createSender({ credentials, onBehalfOf }: ServiceClientSettings, transport: Transport) {
  const send = async ({ url, request, deadline }: Call, credential: Credential | undefined): Promise<Response> => {
    const { method, body } = request;
    const headers = headersWith(request, credential);
    const response = await deadline.race(transport.send(url, { method, headers, body, signal: deadline.signal }));
    if (!isRedirect(response)) return response;
    await response.body?.cancel();
    throw new ServiceCallError('REDIRECT_REFUSED', { actual: `status ${response.status}` });
  };

  const credentialFor = async (call: Call, rejected?: Credential): Promise<Credential | undefined> => {
    const { deadline, request } = call;
    const told = rejected === undefined ? {} : { rejected };
    try {
      const caller = request.subjectOf;
      const found = caller === undefined ? credentials?.credential(told) : onBehalfOf?.credential({ ...told, caller });
      return found instanceof Promise ? await deadline.race(found) : found;
    } catch (error) {
      throw credentialFault(error);
    }
  };

  /** Another credential than the rejected one, if there is any. A failing source leaves the 401 as it is. */
  const replacementFor = async (call: Call, rejected: Credential): Promise<Credential | undefined> => {
    try {
      const next = await credentialFor(call, rejected);
      return next === rejected ? undefined : next;
    } catch {
      return undefined;
    }
  };

  return async (call: Call): Promise<Response> => {
    const credential = await credentialFor(call);
    const response = await send(call, credential);
    // A 401 says that the request was refused before it was handled, so any method may be sent again. A stream is used
    // up by the first time.
    if (response.status !== 401 || credential === undefined || !call.request.isReplayable) return response;
    const replacement = await replacementFor(call, credential);
    if (replacement === undefined) return response;
    await response.body?.cancel();
    return await send(call, replacement);
  };
}

/**
 * Makes the client of a service.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const settings = checkServiceClient(options);
  const { baseUrl, timeoutSeconds, clock, httpWaiver, credentials, onBehalfOf, actsAsItself } = settings;
  const transport = openTransport(settings, clock);
  const send = createSender(settings, transport);
  let closing: Promise<void> | undefined;

  return Object.freeze<ServiceClient>({
    fetch: async (path, init = {}) => {
      if (closing !== undefined) throw new ServiceCallError('CLIENT_CLOSED');
      const url = targetUrl(baseUrl, path);
      const request = prepareRequest(init);
      if (request.subjectOf !== undefined && onBehalfOf === undefined)
        throw new ServiceCallError('ON_BEHALF_OF_UNCONFIGURED');
      if (request.subjectOf === undefined && !actsAsItself) throw new ServiceCallError('ON_BEHALF_OF_MISSING');
      if (httpWaiver !== undefined && !isWaiverInForce(httpWaiver, clock.now())) {
        throw new ServiceCallError('WAIVER_ENDED', { check: 'allowHttp' });
      }
      const deadline = startDeadline(timeoutSeconds, init.signal);
      try {
        const response = await send({ url, request, deadline });
        if (response.body === null) deadline.release();
        return response;
      } catch (error) {
        deadline.release();
        throw deadline.ended() ?? error;
      }
    },
    close: () => {
      closing ??= Promise.all([transport.close(), credentials?.close?.(), onBehalfOf?.close?.()]).then(() => {});
      return closing;
    },
  });
}
