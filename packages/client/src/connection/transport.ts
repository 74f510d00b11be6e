/**
 * Sends one request: with undici's own fetch over undici's own Agent (never one with the other's of Node), or with a
 * `fetch` that a test passes in. Redirects are answers here and are never followed. Its errors are `ServiceCallError`s.
 */
import type { Clock, Fetch } from '@countersign/core';
import { fetch as undiciFetch, type Dispatcher } from 'undici';
import type { ClientTls, ConnectionChoice, Connections } from './client-tls.ts';
import { LateDispatcher } from './late-dispatcher.ts';
import { systemTls } from './server-tls.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { isUnanswered } from './unanswered-error.ts';

/** Over which connection a request goes. */
export interface Route {
  /** Default: `any`. */
  readonly connection?: ConnectionChoice;
  /** Thumbprint of the certificate that the connection must show. */
  readonly certificateThumbprint?: string | undefined;
}

/** A request, ready to go. */
export interface OutgoingRequest extends Route {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** Sends requests. */
export interface Transport {
  /**
   * Thumbprint of the certificate that a request shows now; undefined when none is shown.
   * @throws {ServiceCallError} when nothing may be sent.
   */
  certificateThumbprint(): string | undefined;
  /**
   * What takes a request now, without the rules of `fetch`; undefined when a test sends the requests.
   * @throws {ServiceCallError} when nothing may be sent.
   */
  dispatcher(route: Route): Dispatcher | undefined;
  send(url: string, request: OutgoingRequest): Promise<Response>;
  close(): Promise<void>;
}

/** How to reach the other side. */
export interface TransportOptions {
  readonly tls?: ClientTls | undefined;
  readonly fetch?: Fetch | undefined;
}

const clientCertificate = {
  check: 'the first answer on a new connection',
  expected: 'a server that takes our certificate, if it asks for one',
};

/** What went wrong, of an error of undici: of its fetch, which hides it in the cause, or of its dispatchers. */
export function explainFailure(error: unknown): ServiceCallError {
  const reason: unknown = error instanceof TypeError ? error.cause : error;
  if (reason instanceof ServiceCallError) return reason;
  // Undici: a request that cannot be sent has no cause. Its message quotes the value, so it is not repeated.
  if (error instanceof TypeError && reason === undefined) return new ServiceCallError('REQUEST_INVALID');
  const code = (reason as { code?: unknown } | undefined)?.code;
  if (code === 'UND_ERR_INVALID_ARG') return new ServiceCallError('REQUEST_INVALID');
  // The connections were closed between two attempts.
  if (code === 'UND_ERR_CLOSED') return new ServiceCallError('CLIENT_CLOSED');
  const isCode = typeof code === 'string' && /^[A-Z0-9_]+$/.test(code);
  const detail = isUnanswered(reason) ? clientCertificate : {};
  return new ServiceCallError('CONNECTION_LOST', isCode ? { ...detail, actual: code } : detail);
}

function dispatcherOf(connections: Connections, { connection = 'any', certificateThumbprint }: Route): Dispatcher {
  const dispatcher = connections.dispatcher(connection);
  if (certificateThumbprint === undefined) return dispatcher;
  // The certificate may change before the request is dispatched: a bound token goes with its own one only.
  return new LateDispatcher(() => {
    if (connections.certificateThumbprint?.() !== certificateThumbprint) {
      throw new ServiceCallError('CERTIFICATE_MISMATCH', { check: 'at dispatch' });
    }
    return connections.dispatcher(connection);
  });
}

/** Opens it. */
export function openTransport({ tls = systemTls, fetch }: TransportOptions, clock: Clock): Transport {
  const connections = fetch === undefined ? tls.open({ clock }) : undefined;
  return {
    certificateThumbprint: () => connections?.certificateThumbprint?.(),
    dispatcher: (route) => connections && dispatcherOf(connections, route),
    send: async (url, { body, connection, certificateThumbprint, ...request }) => {
      // A body that is read as it is sent; the standard wants that said.
      const init = {
        ...request,
        redirect: 'manual' as const,
        ...(body !== undefined && { body, duplex: 'half' as const }),
      };
      try {
        if (connections === undefined) return await (fetch as Fetch)(url, init as RequestInit);
        const dispatcher = dispatcherOf(connections, { ...(connection && { connection }), certificateThumbprint });
        return (await undiciFetch(url, { ...init, dispatcher } as Parameters<
          typeof undiciFetch
        >[1])) as unknown as Response;
      } catch (error) {
        throw explainFailure(error);
      }
    },
    close: async () => connections?.close(),
  };
}
