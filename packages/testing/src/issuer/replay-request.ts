/**
 * A request with another body than the one that came in: for what the server does not understand, and must be told in
 * words that it does. Everything else of it is the same, the connection with its certificate too.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

const originals = new WeakMap<IncomingMessage, IncomingMessage>();

/** The request that came in. */
export function originalOf(request: IncomingMessage): IncomingMessage {
  return originals.get(request) ?? request;
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The request once more, with this body. */
export function replayRequest(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, httpVersion, headersDistinct, rawHeaders, socket } = request;
  const headers = { ...request.headers, 'content-length': String(body.length) };
  const parts = { method, url, httpVersion, headers, headersDistinct, rawHeaders, socket };
  const replay = Object.assign(Readable.from([body]), parts) as unknown as IncomingMessage;
  originals.set(replay, request);
  return replay;
}
