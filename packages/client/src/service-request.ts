/**
 * What a caller may say about a request, and the headers made from it. The caller cannot set the credential, nor what
 * steers the connection: a `host` of its own would also change whose certificate is asked for.
 */
import { currentContext, formatTraceparent } from '@countersign/core';
import { ServiceCallError } from './service-call-error.ts';

/** Headers as an object literal. Those that are refused do not compile. */
export type ServiceHeaderRecord = Readonly<Record<string, string>> & {
  readonly authorization?: never;
  readonly Authorization?: never;
  readonly host?: never;
  readonly Host?: never;
};

/** A body. A stream or an iterable can be sent once only. `FormData` is not among them. */
export type ServiceRequestBody =
  | string
  | Uint8Array
  | ArrayBuffer
  | URLSearchParams
  | Blob
  | ReadableStream
  | AsyncIterable<Uint8Array>;

/** A request, like that of `fetch`. */
export interface ServiceRequest {
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: ServiceHeaderRecord | Headers | readonly (readonly [string, string])[];
  readonly body?: ServiceRequestBody | null;
  /** Ends the call early. */
  readonly signal?: AbortSignal | null;
}

/** A request after the check, without its credential. */
export interface PreparedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ServiceRequestBody | undefined;
  /** Whether the body can be sent again. */
  readonly isReplayable: boolean;
}

const refusedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'host',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'transfer-encoding',
  'content-length',
  'expect',
]);

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const known = ['method', 'headers', 'body', 'signal'];

function invalid(check: string): ServiceCallError {
  return new ServiceCallError('REQUEST_INVALID', { check });
}

function isReplayableBody(body: unknown): boolean {
  if (body === undefined || typeof body === 'string' || body instanceof URLSearchParams) return true;
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) || body instanceof Blob;
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function readHeaders(given: ServiceRequest['headers']): Headers {
  try {
    return new Headers(given as ConstructorParameters<typeof Headers>[0]);
  } catch {
    // The error quotes the value.
    throw invalid('headers');
  }
}

function prepareHeaders(given: ServiceRequest['headers']): Record<string, string> {
  const headers = readHeaders(given);
  for (const name of headers.keys()) {
    if (refusedHeaders.has(name)) throw new ServiceCallError('HEADER_REFUSED', { actual: name });
  }
  const trace = currentContext()?.trace;
  if (trace !== undefined && !headers.has('traceparent')) headers.set('traceparent', formatTraceparent(trace));
  return Object.fromEntries(headers);
}

/**
 * Checks a request.
 * @throws {ServiceCallError} `HEADER_REFUSED` or `REQUEST_INVALID`.
 */
export function prepareRequest(request: ServiceRequest): PreparedRequest {
  if (typeof request !== 'object' || request === null) throw invalid('request');
  const unknown = Object.keys(request).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(unknown);
  const method = request.method ?? 'GET';
  if (typeof method !== 'string' || !token.test(method)) throw invalid('method');
  const body = request.body ?? undefined;
  const isReplayable = isReplayableBody(body);
  // Undici knows only its own FormData; that of Node would go out as the text "[object FormData]".
  if (!isReplayable && !isStream(body)) throw invalid('body');
  if (body !== undefined && /^(?:GET|HEAD)$/i.test(method)) throw invalid('body');
  return { method: method.toUpperCase(), headers: prepareHeaders(request.headers), body, isReplayable };
}
