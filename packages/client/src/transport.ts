/**
 * Sends one request: with undici's own fetch over undici's own Agent (never one with the other's of Node), or with a
 * `fetch` that a test passes in. Redirects are answers here and are never followed. Its errors are `ServiceCallError`s.
 */
import type { Clock, Fetch } from '@countersign/core';
import { fetch as undiciFetch } from 'undici';
import type { ClientTls } from './client-tls.ts';
import { systemTls } from './server-tls.ts';
import { ServiceCallError } from './service-call-error.ts';

/** A request, ready to go. */
export interface OutgoingRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** Sends requests. */
export interface Transport {
  send(url: string, request: OutgoingRequest): Promise<Response>;
  /** Of the certificate that a request which starts now shows, if any. */
  certificateThumbprint(): string | undefined;
  close(): Promise<void>;
}

/** How to reach the other side. */
export interface TransportOptions {
  readonly tls?: ClientTls | undefined;
  readonly fetch?: Fetch | undefined;
}

function explain(error: unknown): ServiceCallError {
  if (error instanceof ServiceCallError) return error;
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (cause instanceof ServiceCallError) return cause;
  // Undici: a request that cannot be sent has no cause. Its message quotes the value, so it is not repeated.
  if (error instanceof TypeError && cause === undefined) return new ServiceCallError('REQUEST_INVALID');
  const code = (cause as { code?: unknown } | undefined)?.code;
  const isCode = typeof code === 'string' && /^[A-Z0-9_]+$/.test(code);
  return new ServiceCallError('CONNECTION_LOST', isCode ? { actual: code } : {});
}

/** Opens it. */
export function openTransport({ tls = systemTls, fetch }: TransportOptions, clock: Clock): Transport {
  const connections = fetch === undefined ? tls.open({ clock }) : undefined;
  return {
    send: async (url, { body, ...request }) => {
      // A body that is read as it is sent; the standard wants that said.
      const init = {
        ...request,
        redirect: 'manual' as const,
        ...(body !== undefined && { body, duplex: 'half' as const }),
      };
      try {
        if (connections === undefined) return await (fetch as Fetch)(url, init as RequestInit);
        const dispatcher = connections.dispatcher();
        return (await undiciFetch(url, { ...init, dispatcher } as Parameters<
          typeof undiciFetch
        >[1])) as unknown as Response;
      } catch (error) {
        throw explain(error);
      }
    },
    certificateThumbprint: () => connections?.certificateThumbprint?.(),
    close: async () => connections?.close(),
  };
}

/** Whether an answer sends the caller elsewhere. */
export function isRedirect({ status, type }: Response): boolean {
  return type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status);
}
