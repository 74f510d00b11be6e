/**
 * Fetches the document of a bundle endpoint from a server that may be hostile or broken: one time limit for all, few
 * redirects and only to https, a size cap that holds while reading, JSON in UTF-8. It answers a problem and never throws.
 */
import { isUtf8 } from 'node:buffer';
import type { SpiffeRuntime } from '../runtime.ts';
import { endpointUrlProblem } from './endpoint-url.ts';

/** Asks one URL. Redirects are answers here. */
export type OpenUrl = (url: string, signal: AbortSignal) => Promise<Response>;

/** The text of the document, or why there is none. */
export type FetchedDocument =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** What to fetch. */
export interface DocumentRequest {
  readonly url: string;
  readonly open: OpenUrl;
  readonly runtime: Pick<SpiffeRuntime, 'after'>;
  /** Ends the fetch early, when whoever asked is closing. */
  readonly signal: AbortSignal;
}

const timeoutMilliseconds = 5_000;
const maximumBytes = 1_000_000;
const maximumRedirects = 5;
const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const systemCode = /^[A-Z][A-Z\d_]{2,59}$/;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function fail(problem: string): FetchedDocument {
  return { ok: false, problem };
}

/** The code says in which way: without it nobody finds out that a CA is missing. Nothing else of an error is told on. */
function connectionFailed(error: unknown): FetchedDocument {
  const failure = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code: unknown = failure instanceof Error && 'code' in failure ? failure.code : undefined;
  const known = typeof code === 'string' && systemCode.test(code);
  return fail(known ? `the connection failed (${code})` : 'the connection failed');
}

async function readCapped({ body }: Response): Promise<FetchedDocument> {
  if (body === null) return fail('the response is empty');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is not read.
    if (size > maximumBytes) return fail(`the response is larger than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return isUtf8(bytes) ? { ok: true, text: bytes.toString('utf8') } : fail('the response is not UTF-8');
}

async function load({ url, open }: DocumentRequest, signal: AbortSignal): Promise<FetchedDocument> {
  let at = url;
  for (let count = 0; count <= maximumRedirects; count += 1) {
    const response = await open(at, signal);
    const { status, headers } = response;
    if (status === 200 && jsonType.test(headers.get('content-type') ?? '')) return readCapped(response);
    await response.body?.cancel();
    if (status === 200) return fail('the content type is not JSON');
    const location = headers.get('location');
    if (!redirects.has(status) || location === null) return fail(`the server answered ${status}`);
    const next = URL.canParse(location, at) ? new URL(location, at).href : location;
    // The next poll begins at the configured URL again (SPIFFE Federation §5.2.1.4).
    if (endpointUrlProblem(next) !== undefined) return fail('the server redirects to what is not a plain https URL');
    at = next;
  }
  return fail(`the server redirects more than ${maximumRedirects} times`);
}

/** Fetches the document. */
export function fetchDocument(request: DocumentRequest): Promise<FetchedDocument> {
  const { runtime, signal } = request;
  if (signal.aborted) return Promise.resolve(fail('the fetch was called off'));
  return new Promise((resolve) => {
    const abort = new AbortController();
    // We answer first and abort then: the limit holds for a `fetch` that ignores its signal, too.
    const giveUp = (problem: string): void => {
      resolve(fail(problem));
      abort.abort();
    };
    const callOff = (): void => giveUp('the fetch was called off');
    const stop = runtime.after(timeoutMilliseconds, () => giveUp(`no answer within ${timeoutMilliseconds} ms`));
    signal.addEventListener('abort', callOff);
    void load(request, abort.signal)
      .catch(connectionFailed)
      .then((fetched) => {
        stop();
        signal.removeEventListener('abort', callOff);
        resolve(fetched);
      });
  });
}
