/**
 * CORS preflights (Fetch standard §3.2.2). A browser sends them without any credential, so an application that serves
 * browsers may let them through; they get headers and nothing else.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether this is a real preflight. One that presents a credential is not: what is presented is verified. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  const real = headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
  return method === 'OPTIONS' && real && headers.authorization === undefined;
}

/**
 * Makes every successful answer a 204, to which Node adds no body: Express cannot tell a CORS middleware from a
 * handler that answers every method, and no handler's data may go to a caller nobody verified.
 */
export function withoutBody(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (status: number, ...rest: unknown[]) => ServerResponse;
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    if (status >= 300) return writeHead(status, ...rest);
    for (const name of ['content-type', 'content-length', 'etag']) response.removeHeader(name);
    return writeHead(204);
  }) as ServerResponse['writeHead'];
}
