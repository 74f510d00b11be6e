/**
 * A `fetch` that trusts one authority: the global one cannot be told of a test CA without touching the process. Plain
 * requests and answers only, which is what key endpoints and token endpoints need.
 */
import { request } from 'node:https';
import type { Fetch } from '@countersign/core';
import type { PemIdentity } from './raw-request.ts';

/** What to trust, and what to show. */
export interface TrustingFetchOptions {
  /** PEM of the authorities of the servers. */
  readonly ca: string;
  /** Shown to servers that ask for a certificate. */
  readonly identity?: PemIdentity;
}

/** Makes it. Redirects are answers here, and are not followed. */
export function trustingFetch({ ca, identity }: TrustingFetchOptions): Fetch {
  const credentials = identity === undefined ? {} : { cert: identity.certificatePem, key: identity.keyPem };
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', headers, body, signal } = init;
      const outgoing = request(input, {
        method,
        ca,
        agent: false,
        headers: Object.fromEntries(new Headers(headers)),
        ...credentials,
        ...(signal !== undefined && signal !== null && { signal }),
      });
      outgoing.on('error', reject);
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('error', reject);
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          const told = new Headers();
          for (const [name, values] of Object.entries(answer.headersDistinct)) {
            for (const value of values ?? []) told.append(name, value);
          }
          const hasBody = ![204, 205, 304].includes(status);
          resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: told }));
        });
      });
      outgoing.end(body instanceof URLSearchParams ? body.toString() : (body as string | Uint8Array | undefined));
    });
}
