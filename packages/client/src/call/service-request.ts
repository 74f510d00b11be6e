/**
 * What a caller may say about a request, and the headers made from it. The caller cannot set the credential, nor what
 * steers the connection: a `host` of its own would also change whose certificate is asked for.
 */
import { currentContext, formatTraceparent, type Caller } from '@countersign/core';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** Headers as an object literal. Those that are refused do not compile. */
export type ServiceHeaderRecord = Readonly<Record<string, string>> & {
  readonly authorization?: never;
  readonly Authorization?: never;
  readonly dpop?: never;
  readonly DPoP?: never;
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
  /**
   * The caller for whose subject the call is, such as `currentCaller()`. Never taken from the context by itself. Without
   * it the call is made as this service. Undefined is a fault, not a call as this service.
   */
  readonly onBehalfOf?: Caller;
  /**
   * Whether handling the request twice does no harm, so that it may be repeated after a connection was lost. Default:
   * what the method says (RFC 9110 §9.2.2), or true with a header `Idempotency-Key`.
   */
  readonly idempotent?: boolean;
}

/** A request after the check, without its credential. */
export interface PreparedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ServiceRequestBody | undefined;
  /** Whether the body can be sent again. */
  readonly isReplayable: boolean;
  /** Whether being handled twice does no harm. */
  readonly isIdempotent: boolean;
  /** The caller for whose subject the call is. */
  readonly subjectOf: Caller | undefined;
}

const refusedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'dpop',
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
const known = ['method', 'headers', 'body', 'signal', 'onBehalfOf', 'idempotent'];
/** Tunnels, and echoes of what was sent: with a credential in it neither is wanted (RFC 9110 §9.3.6, §9.3.8). */
const refusedMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);
/** RFC 9110 §9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

function invalid(check: string, expected?: string): ServiceCallError {
  return new ServiceCallError('REQUEST_INVALID', { check, ...(expected !== undefined && { expected }) });
}

function isReplayableBody(body: unknown): boolean {
  if (body === undefined || typeof body === 'string' || body instanceof URLSearchParams) return true;
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) || body instanceof Blob;
}

function isSignal(signal: unknown): boolean {
  if (signal === undefined) return true;
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
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

/**
 * Baggage travels to everybody down the line and is signed by nobody (W3C Baggage §5): whoever puts an identity into it
 * invites somebody to believe it.
 */
function claimsIdentity(baggage: string | null): boolean {
  return (baggage ?? '').split(',').some((member) => /^\s*countersign\./i.test(unescaped(member)));
}

/** Readers decode keys, some of them letter by letter. */
function unescaped(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

function prepareHeaders(given: ServiceRequest['headers']): Record<string, string> {
  const headers = readHeaders(given);
  for (const name of headers.keys()) {
    if (refusedHeaders.has(name)) throw new ServiceCallError('HEADER_REFUSED', { actual: name });
  }
  if (claimsIdentity(headers.get('baggage'))) throw new ServiceCallError('HEADER_REFUSED', { actual: 'baggage' });
  const trace = currentContext()?.trace;
  if (trace !== undefined && !headers.has('traceparent')) headers.set('traceparent', formatTraceparent(trace));
  return Object.fromEntries(headers);
}

/** Whom the call is for. A caller that is named and absent is a mistake of ours: it must not become a call as this service. */
function subjectOf(request: ServiceRequest): Caller | undefined {
  if (!('onBehalfOf' in request)) return undefined;
  const caller: unknown = request.onBehalfOf ?? undefined;
  if (caller === undefined) throw new ServiceCallError('ON_BEHALF_OF_MISSING', { check: 'onBehalfOf' });
  if (typeof caller !== 'object' || !Array.isArray((caller as Partial<Caller>).evidence))
    throw invalid('onBehalfOf', 'the caller of a request, such as currentCaller()');
  return caller as Caller;
}

function isIdempotent({ idempotent }: ServiceRequest, method: string, headers: Readonly<Record<string, string>>) {
  if (idempotent !== undefined && typeof idempotent !== 'boolean') throw invalid('idempotent');
  return idempotent ?? (idempotentMethods.has(method) || (headers['idempotency-key'] ?? '') !== '');
}

/**
 * Checks a request.
 * @throws {ServiceCallError} `HEADER_REFUSED`, `ON_BEHALF_OF_MISSING` or `REQUEST_INVALID`.
 */
export function prepareRequest(request: ServiceRequest): PreparedRequest {
  if (typeof request !== 'object' || request === null) throw invalid('request');
  const unknown = Object.keys(request).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(unknown, `one of ${known.join(', ')}`);
  const given = request.method ?? 'GET';
  if (typeof given !== 'string' || !token.test(given)) throw invalid('method');
  const method = given.toUpperCase();
  if (refusedMethods.has(method)) throw invalid('method');
  if (!isSignal(request.signal ?? undefined)) throw invalid('signal');
  const body = request.body ?? undefined;
  const isReplayable = isReplayableBody(body);
  // Undici knows only its own FormData; that of Node would go out as the text "[object FormData]".
  if (!isReplayable && !isStream(body)) throw invalid('body', 'text, bytes, URLSearchParams, a Blob or a stream');
  if (body !== undefined && /^(?:GET|HEAD)$/.test(method)) throw invalid('body', `none with ${method}`);
  const headers = prepareHeaders(request.headers);
  return {
    method,
    headers,
    body,
    isReplayable,
    isIdempotent: isIdempotent(request, method, headers),
    subjectOf: subjectOf(request),
  };
}
