/** Writes a refusal to a Node response. */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Denied } from '../enforcement/verdict.ts';

/** Ends the response with the answer of the refusal. A HEAD request gets no body. */
export function writeDenial(response: ServerResponse | Http2ServerResponse, { response: answer }: Denied): void {
  // Something else answered while the check ran, such as a time limit: that answer stands, and nothing is let through.
  if (response.headersSent) return;
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  if (response.req.method === 'HEAD') response.end();
  else response.end(answer.body);
}
