/** What a CORS preflight may get without a caller: headers, never a body. */
import type { ServerResponse } from 'node:http';

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
