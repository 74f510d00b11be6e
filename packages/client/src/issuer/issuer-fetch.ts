/**
 * The `fetch` that the protocol library speaks to an issuer through: bounded in time and size, without redirects. What
 * it throws is a `ServiceCallError` of the issuer, and quotes nothing from it.
 */
import type { CallDeadline } from '../call/call-deadline.ts';
import { isRedirect } from '../connection/answer.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { Route, Transport } from '../connection/transport.ts';

/** As the protocol library calls it. */
export type IssuerFetch = (url: string, init: IssuerRequest) => Promise<Response>;

/** What the protocol library passes, and the certificate that must be shown. */
export interface IssuerRequest extends Pick<Route, 'certificateThumbprint'> {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

const maximumBytes = 1_000_000;
const longestRetryAfterSeconds = 60;

function unavailable(actual: string, retryAfterSeconds?: number): ServiceCallError {
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new ServiceCallError('CREDENTIAL_UNAVAILABLE', { check: 'issuer', actual, ...wait });
}

function retryAfterOf(response: Response): number | undefined {
  const text = response.headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), longestRetryAfterSeconds) : undefined;
}

async function readCapped(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is not read.
    if (size > maximumBytes) {
      throw new ServiceCallError('ISSUER_RESPONSE_INVALID', {
        check: 'size',
        expected: `at most ${maximumBytes} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function judge(response: Response): Promise<Response> {
  const { status, headers } = response;
  const isBusy = status === 429 || status >= 500;
  if (!isBusy && !isRedirect(response)) {
    const body = await readCapped(response);
    return new Response(status === 204 || status === 205 || status === 304 ? null : body, {
      status,
      headers: [...headers],
    });
  }
  await response.body?.cancel();
  if (isBusy) throw unavailable(`status ${status}`, retryAfterOf(response));
  throw new ServiceCallError('ISSUER_UNTRUSTED', {
    check: 'redirect',
    expected: 'an answer',
    actual: `status ${status}`,
  });
}

/** The faults of the connection, told as those of the issuer. */
function explain(error: unknown): ServiceCallError {
  if (!(error instanceof ServiceCallError)) return unavailable('a broken answer');
  if (error.code === 'SERVER_UNTRUSTED') return new ServiceCallError('ISSUER_UNTRUSTED', error.detail);
  if (error.code.startsWith('CONNECTION_')) return unavailable(error.detail.actual ?? 'no connection');
  return error;
}

/** Makes it, for one exchange. The deadline covers all of it, from connecting to the last byte; who set it says its end. */
export function issuerFetch(transport: Transport, deadline: CallDeadline): IssuerFetch {
  const { signal } = deadline;
  return async (url, { method, headers, body, certificateThumbprint }) => {
    try {
      return await judge(await transport.send(url, { method, headers, body, certificateThumbprint, signal }));
    } catch (error) {
      throw deadline.ended() ?? explain(error);
    }
  };
}
