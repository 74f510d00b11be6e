/**
 * Fetches a JSON document from a server that may be hostile or broken: one total time limit, no redirects, a size cap
 * that holds while reading, the right content type, UTF-8. It answers a problem and never throws.
 */
import { isUtf8 } from 'node:buffer';
import type { Fetch } from './runtime.ts';

/** Limits of one fetch. */
export interface BoundedFetchOptions {
  readonly fetch: Fetch;
  /** For everything, from connecting to the last byte. Default 5,000. */
  readonly timeoutMilliseconds?: number;
  /** After decompression. Default 1,000,000. */
  readonly maximumBytes?: number;
  /** The only media type that is accepted, in lower case. Default: JSON in all its names. */
  readonly mediaType?: string;
  /** A form to post, with the headers that go with it. Default: a GET. */
  readonly form?: { readonly headers: Headers; readonly body: URLSearchParams };
  /** Ends the fetch early, when whoever asked is closing. */
  readonly signal?: AbortSignal;
}

/** Why there is no document. The problem is ours and quotes nothing from the server. */
export interface FetchFailure {
  readonly ok: false;
  readonly problem: string;
  /** Status of the answer, when there was one that is no document. */
  readonly status?: number;
  /** The field `Retry-After` of that answer. Untrusted. */
  readonly retryAfter?: string;
}

/** The text of the document, or why there is none. */
export type FetchedText = { readonly ok: true; readonly text: string } | FetchFailure;

const defaultTimeoutMilliseconds = 5_000;
const defaultMaximumBytes = 1_000_000;
const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

function fail(problem: string): FetchFailure {
  return { ok: false, problem };
}

// Codes of Node and OpenSSL, such as ENOTFOUND and SELF_SIGNED_CERT_IN_CHAIN. Nothing else of an error is told on.
const systemCode = /^[A-Z][A-Z\d_]{2,59}$/;

/** The connection failed. The code says in which way: without it nobody finds out that a CA is missing. */
function connectionFailed(error: unknown): FetchedText {
  const failure = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code: unknown = failure instanceof Error && 'code' in failure ? failure.code : undefined;
  const known = typeof code === 'string' && systemCode.test(code);
  return fail(known ? `the connection failed (${code})` : 'the connection failed');
}

async function readCapped(response: Response, maximumBytes: number): Promise<FetchedText> {
  if (response.body === null) return fail('the response is empty');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is not read.
    if (size > maximumBytes) return fail(`the response is larger than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  // JSON is UTF-8 whatever the content type says of its charset (RFC 8259 §8.1).
  return isUtf8(bytes) ? { ok: true, text: bytes.toString('utf8') } : fail('the response is not UTF-8');
}

function requestOf({ form, mediaType: accept = 'application/json' }: BoundedFetchOptions): RequestInit {
  if (form === undefined) return { headers: { accept } };
  const headers = new Headers(form.headers);
  headers.set('accept', accept);
  headers.set('content-type', 'application/x-www-form-urlencoded');
  return { method: 'POST', headers, body: form.body.toString() };
}

function isWanted(contentType: string, mediaType: string | undefined): boolean {
  if (mediaType === undefined) return jsonType.test(contentType);
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === mediaType;
}

async function load(url: string, options: BoundedFetchOptions, signal: AbortSignal): Promise<FetchedText> {
  const response = await options.fetch(url, { ...requestOf(options), redirect: 'manual', signal });
  const { status } = response;
  if (status === 200 && isWanted(response.headers.get('content-type') ?? '', options.mediaType)) {
    return readCapped(response, options.maximumBytes ?? defaultMaximumBytes);
  }
  await response.body?.cancel();
  if (status === 200) return fail(`the content type is not ${options.mediaType ?? 'JSON'}`);
  const problem = status >= 300 && status < 400 ? 'the server redirects' : `the server answered ${status}`;
  const retryAfter = response.headers.get('retry-after');
  return { ...fail(problem), status, ...(retryAfter !== null && { retryAfter }) };
}

/** Fetches a JSON document. */
export function boundedFetchJson(url: string, options: BoundedFetchOptions): Promise<FetchedText> {
  const { signal, timeoutMilliseconds = defaultTimeoutMilliseconds } = options;
  if (signal?.aborted === true) return Promise.resolve(fail('the fetch was called off'));
  return new Promise((resolve) => {
    const abort = new AbortController();
    // We answer first and abort then: the limit holds for a `fetch` that ignores its signal, too.
    const giveUp = (problem: string): void => {
      resolve(fail(problem));
      abort.abort();
    };
    const callOff = (): void => giveUp('the fetch was called off');
    const timer = setTimeout(giveUp, timeoutMilliseconds, `no answer within ${timeoutMilliseconds} ms`).unref();
    signal?.addEventListener('abort', callOff);
    void load(url, options, abort.signal)
      .catch(connectionFailed)
      .then((fetched) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', callOff);
        resolve(fetched);
      });
  });
}
