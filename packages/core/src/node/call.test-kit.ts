/** One HTTP request for tests, over a real socket, as it is written here. */
import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';

/** An answer, as read from the socket. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is sent; the path goes on the wire as it is written here. */
export interface Sent {
  readonly method?: string;
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  readonly agent?: Agent;
}

export function call(port: number, path: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'GET', as, headers = {}, body, agent } = sent;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      method,
      ...(agent !== undefined && { agent }),
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        }),
        ...(headers as Record<string, string | string[]>),
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.end(text);
  });
}
