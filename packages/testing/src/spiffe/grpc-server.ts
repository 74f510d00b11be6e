/**
 * The server side of gRPC over `node:http2` (grpc/doc/PROTOCOL-HTTP2.md), as much as unary calls and server streams
 * need: one message in, any number out, the status in the trailers.
 */
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';

/** Status codes (grpc/doc/statuscodes.md) that are answered here. */
export const grpcCodes = {
  ok: 0,
  invalidArgument: 3,
  permissionDenied: 7,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** How a call ends. */
export interface GrpcStatus {
  readonly code: number;
  readonly message?: string;
}

/** A call that waits for its answer. */
export interface GrpcCall {
  /** E.g. `/SpiffeWorkloadAPI/FetchX509SVID`. */
  readonly path: string;
  readonly metadata: IncomingHttpHeaders;
  /** The message of the caller. */
  readonly request: Uint8Array;
  /** Writes bytes as they are: a message with its prefix, when the other side is to read one. */
  send(frame: Uint8Array): void;
  end(status: GrpcStatus): void;
  onClose(listener: () => void): void;
}

/** How a message is put on the wire. */
export interface FrameOptions {
  /** Says that the message is compressed, which it is not. */
  readonly compressed?: boolean;
  /** The length in the prefix, when it is not that of the message. */
  readonly announcedLength?: number;
}

const prefixLength = 5;
const maximumRequestLength = 65_536;

/** A message with its prefix: a flag and its length. */
export function grpcFrame(message: Uint8Array, options: FrameOptions = {}): Buffer {
  const prefix = Buffer.alloc(prefixLength);
  prefix.writeUInt8(options.compressed === true ? 1 : 0, 0);
  prefix.writeUInt32BE(options.announcedLength ?? message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The one message of a request; undefined when the bytes are not one. */
function messageOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < prefixLength || bytes[0] !== 0) return undefined;
  return bytes.readUInt32BE(1) === bytes.length - prefixLength ? bytes.subarray(prefixLength) : undefined;
}

function trailersOf({ code, message }: GrpcStatus): Record<string, string> {
  return {
    'grpc-status': String(code),
    ...(message !== undefined && { 'grpc-message': encodeURIComponent(message).replaceAll('%20', ' ') }),
  };
}

function callOf(stream: ServerHttp2Stream, metadata: IncomingHttpHeaders, request: Uint8Array): GrpcCall {
  const headers = { ':status': 200, 'content-type': 'application/grpc' };
  let status: GrpcStatus = { code: grpcCodes.ok };
  let hasEnded = false;
  const isOver = (): boolean => hasEnded || stream.closed || stream.destroyed;
  stream.on('wantTrailers', () => stream.sendTrailers(trailersOf(status)));
  return {
    path: String(metadata[':path']),
    metadata,
    request,
    send: (frame) => {
      if (isOver()) return;
      if (!stream.headersSent) stream.respond(headers, { waitForTrailers: true });
      stream.write(frame);
    },
    end: (given) => {
      if (isOver()) return;
      hasEnded = true;
      status = given;
      if (stream.headersSent) stream.end();
      else stream.respond({ ...headers, ...trailersOf(given) }, { endStream: true });
    },
    onClose: (listener) => void stream.once('close', listener),
  };
}

/** A server that hands every call on when its request is whole. */
export function createGrpcServer(answer: (call: GrpcCall) => void): Http2Server {
  const server = createServer();
  // The connections of callers may break at any time: that is no fault of the server.
  server.on('sessionError', () => {});
  server.on('stream', (stream, metadata) => {
    stream.on('error', () => {});
    if (!String(metadata['content-type']).startsWith('application/grpc')) {
      stream.respond({ ':status': 415 }, { endStream: true });
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maximumRequestLength) chunks.push(chunk);
    });
    stream.on('end', () => {
      const request = length <= maximumRequestLength ? messageOf(Buffer.concat(chunks)) : undefined;
      const call = callOf(stream, metadata, request ?? Buffer.alloc(0));
      if (request === undefined) call.end({ code: grpcCodes.internal, message: 'the request is not one message' });
      else answer(call);
    });
  });
  return server;
}
