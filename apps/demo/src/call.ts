/**
 * One request of the demo, on a connection of its own. It is made by hand, because attackers do not use well-behaved
 * clients. Every request begins a trace, by which its audit events are found in all services.
 */
import { randomBytes } from 'node:crypto';
import { rawRequest, type PemIdentity, type RawAnswer, type RawRequest } from '@countersign/testing';

/** A certificate with its key, as PEM. */
export type KeyPair = PemIdentity;

/** What to send. */
export interface Call {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  /** Shown in the TLS handshake; absent: no certificate. */
  readonly identity?: KeyPair;
  /** Sent as bearer token; absent: none. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form, instead of JSON. */
  readonly form?: string;
}

/** What came back, and the trace it belongs to. */
export interface CallAnswer extends RawAnswer {
  readonly traceId: string;
}

/** How to send. */
export interface CallOptions {
  /** PEM of the authority of the servers. */
  readonly ca: string;
  /** Send it once before, then on a second connection that offers the TLS session of the first. */
  readonly resumed?: boolean;
}

/** Sends. Rejects when there is no HTTP answer. */
export async function send(call: Call, { ca, resumed = false }: CallOptions): Promise<CallAnswer> {
  const once = async (session: Buffer | undefined): Promise<CallAnswer> => {
    const traceId = randomBytes(16).toString('hex');
    const { headers = {}, ...rest } = call;
    const request: RawRequest = {
      ...rest,
      ca,
      headers: [...Object.entries(headers), ['traceparent', `00-${traceId}-${randomBytes(8).toString('hex')}-01`]],
      ...(session !== undefined && { session }),
    };
    return { ...(await rawRequest(request)), traceId };
  };
  const first = await once(undefined);
  return resumed ? once(first.session) : first;
}
