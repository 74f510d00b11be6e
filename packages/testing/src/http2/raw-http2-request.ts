/**
 * One request over HTTP/2 by hand, on a connection of its own: the counterpart of `rawRequest`. The header block is
 * ours, so a name may stand twice, and what no HTTP/2 client would write can be written.
 */
import { connect as connectHttp2, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { RawAnswer, RawRequest } from '../raw-request.ts';
import { encodeHeaderBlock, type HeaderField } from './header-block.ts';
import { substituteHeaderBlock } from './substitute-header-block.ts';

/** What to send. */
export interface RawHttp2Request extends RawRequest {
  /**
   * The whole header block instead of the one made from method, path, token and headers: pseudo-header fields too, in
   * this order and to the letter.
   */
  readonly fields?: readonly HeaderField[];
}

function blockOf(what: RawHttp2Request, payload: string | undefined): readonly HeaderField[] {
  if (what.fields !== undefined) return what.fields;
  const { host } = new URL(what.url);
  const fields: HeaderField[] = [
    [':method', what.method ?? 'GET'],
    [':scheme', 'https'],
    [':authority', host],
    // As written: URL parsing would tidy up the very paths that tests want to send.
    [':path', what.url.slice(what.url.indexOf('/', 'https://'.length))],
  ];
  if (what.token !== undefined) fields.push(['authorization', `Bearer ${what.token}`]);
  if (payload !== undefined) {
    fields.push(['content-type', 'application/json'], ['content-length', String(Buffer.byteLength(payload))]);
  }
  // RFC 9113 §8.2.1: names are in lower case on the wire, however a test spells them.
  for (const [name, value] of what.headers ?? []) fields.push([name.toLowerCase(), value]);
  return fields;
}

function openTls(what: RawRequest): Promise<TLSSocket> {
  const { hostname, port } = new URL(what.url);
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host: hostname,
      port: Number(port),
      ca: what.ca,
      ALPNProtocols: ['h2'],
      // Weak certificates must reach the server: to refuse them is its task, and no client of an attacker helps it.
      ciphers: 'DEFAULT:@SECLEVEL=0',
      ...(what.identity !== undefined && { cert: what.identity.certificatePem, key: what.identity.keyPem }),
      ...(what.session !== undefined && { session: what.session }),
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.off('error', reject);
      if (socket.alpnProtocol === 'h2') {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new Error('The server does not speak HTTP/2.'));
    });
  });
}

/** Fields of an answer: every value of a name, without pseudo-header fields. */
function headersOf(raw: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const headers: Record<string, string[]> = {};
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!name.startsWith(':')) (headers[name] ??= []).push(raw[index + 1] ?? '');
  }
  return headers;
}

/** One code for an end without an answer, whether the server ends the stream, the session or the connection. */
function cut(stream: ClientHttp2Stream, cause?: unknown): Error {
  const { rstCode } = stream;
  const message = `The server ended the request without an answer (code ${rstCode}).`;
  return Object.assign(new Error(message, { cause }), { code: 'ECONNRESET', rstCode });
}

function answerOf(stream: ClientHttp2Stream): Promise<Pick<RawAnswer, 'status' | 'headers' | 'body'>> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: RawAnswer['headers'] = {};
    const chunks: Buffer[] = [];
    // Node hands the raw list on as the third argument: the object before it has joined what the server sent apart.
    stream.on('response', (...given: unknown[]) => {
      const [{ ':status': told }, , raw] = given as [Record<string, unknown>, number, string[]];
      status = Number(told);
      headers = headersOf(raw);
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', (error) => reject(cut(stream, error)));
    stream.on('end', () => {
      if (status !== 0) resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
    });
    stream.on('close', () => reject(cut(stream)));
  });
}

function openSession(socket: TLSSocket, block: Buffer): ClientHttp2Session {
  // TLS is done: the name is one without it, so that Node does not look for TLS in the stream between.
  return connectHttp2('http://localhost', { createConnection: () => substituteHeaderBlock(socket, block) });
}

async function sendOnce(what: RawHttp2Request): Promise<RawAnswer> {
  const payload = what.body === undefined ? undefined : JSON.stringify(what.body);
  const socket = await openTls(what);
  let session: Buffer | undefined;
  socket.on('session', (made) => {
    session = made;
  });
  const resumed = socket.isSessionReused();
  const http2 = openSession(socket, encodeHeaderBlock(blockOf(what, payload)));
  try {
    // The stream tells of it, too.
    http2.on('error', () => {});
    const stream = http2.request({ ':method': what.method ?? 'GET' }, { endStream: payload === undefined });
    const answered = answerOf(stream);
    if (payload !== undefined) stream.end(payload);
    const answer = await answered;
    return { ...answer, ...(session !== undefined && { session }), resumed };
  } finally {
    http2.destroy();
    socket.destroy();
  }
}

/** Whether the server said that it has not touched the request: it was about to end the connection. */
function isUntouched(error: unknown): boolean {
  return (error as { readonly rstCode?: unknown }).rstCode === constants.NGHTTP2_REFUSED_STREAM;
}

/**
 * Sends one request on a new connection, and once more on another one when its stream was refused, as clients do (RFC
 * 9113 §8.7). Rejects when there is no HTTP answer; with the code `ECONNRESET` when the server ended the stream, the
 * session or the connection instead.
 */
export async function rawHttp2Request(what: RawHttp2Request): Promise<RawAnswer> {
  try {
    return await sendOnce(what);
  } catch (error) {
    if (!isUntouched(error)) throw error;
    return sendOnce(what);
  }
}
