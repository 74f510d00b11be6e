/** RequestFacts from a Node request: HTTP/1.1, HTTP/2 (compatibility API) and WebSocket handshakes. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { RequestFacts, Transport } from '../credential/request-facts.ts';
import { randomHex } from '../runtime/random-id.ts';
import { mayBeCut } from './cut-headers.ts';
import { peerCertificateOf } from './peer-certificate.ts';
import { takenLines } from './taken-lines.ts';
import { isUnixSocket } from './unix-socket.ts';

/** A request of a Node server. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

const none: readonly string[] = Object.freeze([]);
const requestIds = new WeakMap<object, string>();

/** The id that joins the events of one request. Made here, never read from the wire. */
export function requestIdOf(carrier: object): string {
  let id = requestIds.get(carrier);
  if (id === undefined) {
    id = randomHex(16);
    requestIds.set(carrier, id);
  }
  return id;
}

/**
 * Every field line of a header. Node's `headers` keeps the first Authorization line and drops the others without a
 * word, so the raw list is read: name and value alternate.
 */
function headerOf(request: NodeRequest, name: string): readonly string[] {
  const raw = request.rawHeaders;
  let found: string[] | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const field = raw[index];
    if (field === undefined || field.length !== name.length || field.toLowerCase() !== name) continue;
    (found ??= []).push(raw[index + 1] ?? '');
  }
  return found ?? none;
}

/** What all requests of one connection share: the session over HTTP/2, otherwise the socket. */
function connectionOf(request: NodeRequest): object {
  return ('stream' in request ? request.stream.session : undefined) ?? request.socket;
}

/** How the adapter saw the request. */
export interface RequestPlace {
  /** Template of the matched route. */
  readonly route?: string;
  readonly transport?: Transport;
}

/** The target as received: frameworks take a mount path off `url`, and keep the original beside it. */
function targetOf(request: NodeRequest): string {
  const { originalUrl } = request as { readonly originalUrl?: unknown };
  return typeof originalUrl === 'string' ? originalUrl : (request.url ?? '');
}

/** The facts of a request. */
export function requestFactsOf(request: NodeRequest, place: RequestPlace = {}): RequestFacts {
  const peerCertificate = peerCertificateOf(request.socket, connectionOf(request));
  const peerAddress = request.socket.remoteAddress;
  const taken = takenLines.get(request);
  return Object.freeze({
    transport: place.transport ?? 'http',
    method: request.method ?? '',
    target: targetOf(request),
    ...(place.route !== undefined && { route: place.route }),
    header: (name: string) => headerOf(request, name),
    ...(mayBeCut(request, taken?.lines.length ?? 0) && { headersMayBeCut: true }),
    ...(peerCertificate !== undefined && { peerCertificate }),
    requestId: requestIdOf(request),
    ...(peerAddress !== undefined && { peerAddress }),
    ...(peerAddress !== undefined && peerAddress === request.socket.localAddress && { isSameHost: true }),
    ...(peerAddress === undefined && isUnixSocket(request.socket) && { isUnixSocket: true }),
    ...(taken !== undefined && { forwardedLines: taken.lines }),
  });
}
