/**
 * Fetches a JSON document from a server that may be hostile or broken: one total time limit, no redirects, a size cap
 * that holds while reading, the right content type. It answers a problem and never throws.
 */
import type { Fetch } from './runtime.ts';

/** Limits of one fetch. */
export interface BoundedFetchOptions {
  readonly fetch: Fetch;
  /** For everything, from connecting to the last byte. Default 5,000. */
  readonly timeoutMilliseconds?: number;
  /** Default 1,000,000. */
  readonly maximumBytes?: number;
}

/** The text of the document, or why there is none. The problem is ours and quotes nothing from the server. */
export type FetchedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

const defaultTimeoutMilliseconds = 5_000;
const defaultMaximumBytes = 1_000_000;
const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

function fail(problem: string): FetchedText {
  return { ok: false, problem };
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
  return { ok: true, text: Buffer.concat(chunks).toString('utf8') };
}

/** Fetches a JSON document. */
export async function boundedFetchJson(url: string, options: BoundedFetchOptions): Promise<FetchedText> {
  const timeout = options.timeoutMilliseconds ?? defaultTimeoutMilliseconds;
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await options.fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal,
    });
    const { status } = response;
    if (status !== 200) {
      await response.body?.cancel();
      return fail(status >= 300 && status < 400 ? 'the server redirects' : `the server answered ${status}`);
    }
    if (!jsonType.test(response.headers.get('content-type') ?? '')) {
      await response.body?.cancel();
      return fail('the content type is not JSON');
    }
    return await readCapped(response, options.maximumBytes ?? defaultMaximumBytes);
  } catch {
    return fail(signal.aborted ? `no answer within ${timeout} ms` : 'the connection failed');
  }
}
