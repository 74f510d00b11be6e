/**
 * One gRPC call to the Workload API, on a connection of its own: a request, and one or many messages back. Plain HTTP/2
 * without TLS, as the standard has it (SPIFFE Workload Endpoint §4): the socket is local, and the caller proves itself
 * by being the process that it is.
 */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { CallOff, SpiffeRuntime } from '../runtime.ts';
import { connectOptions, type WorkloadEndpoint } from '../workload-endpoint.ts';
import { endOf, refusedResponse, type GrpcEnd } from './grpc-end.ts';
import { frameOf, MessageFrames } from './message-frames.ts';

/** What to call, and what to do with what comes. */
export interface GrpcCall {
  readonly endpoint: WorkloadEndpoint;
  /** E.g. `/SpiffeWorkloadAPI/FetchX509SVID`. */
  readonly path: string;
  readonly request: Uint8Array;
  readonly runtime: Pick<SpiffeRuntime, 'after'>;
  /** Longest wait for the first message, connecting included. */
  readonly firstMessageMilliseconds: number;
  /** Whether the process may end while the call is open. */
  readonly isBackground: boolean;
  readonly onMessage: (message: Buffer) => void;
}

/** A call under way. */
export interface RunningCall {
  /** Settles once. Never rejects. */
  readonly ended: Promise<GrpcEnd>;
  /** Ends it now, with `CANCELLED`. */
  cancel(): void;
}

/** The default of gRPC. A bundle of some hundred authorities is far below. */
const maximumMessageBytes = 4_194_304;
const errorCode = /^[A-Z][A-Z\d_]{2,59}$/;

function lost(error: unknown): GrpcEnd {
  // A stream is cancelled because its session ends; why that ends is the cause.
  const failure = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code: unknown = failure instanceof Error && 'code' in failure ? failure.code : undefined;
  const known = typeof code === 'string' && errorCode.test(code) ? ` (${code})` : '';
  return { status: 'UNAVAILABLE', problem: `the connection failed${known}` };
}

/** Starts the call. Never throws. */
export function startGrpcCall(call: GrpcCall): RunningCall {
  const started = new Call(call);
  return { ended: started.ended, cancel: () => started.finish({ status: 'CANCELLED', problem: 'called off' }) };
}

class Call {
  readonly ended: Promise<GrpcEnd>;
  readonly #call: GrpcCall;
  readonly #frames = new MessageFrames(maximumMessageBytes);
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  readonly #callOffDeadline: CallOff;
  #settle: (end: GrpcEnd) => void = () => {};
  #end: GrpcEnd | undefined;
  #isFinished = false;

  constructor(call: GrpcCall) {
    this.#call = call;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#session = this.#openSession();
    this.#stream = this.#openStream();
    const { runtime, firstMessageMilliseconds } = call;
    this.#callOffDeadline = runtime.after(firstMessageMilliseconds, () => {
      this.finish({ status: 'DEADLINE_EXCEEDED', problem: `no message within ${firstMessageMilliseconds} ms` });
    });
  }

  /** Ends the call with the first end there is. */
  finish(end: GrpcEnd): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#callOffDeadline();
    this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#session.destroy();
    this.#settle(end);
  }

  #openSession(): ClientHttp2Session {
    const { endpoint, isBackground } = this.#call;
    const { address } = endpoint;
    const host = 'path' in address || address.host.includes(':') ? 'localhost' : address.host;
    const session = connect(`http://${host}`, {
      createConnection: () => connectSocket(connectOptions(endpoint)),
      settings: { enablePush: false },
    });
    session.on('error', (error) => this.finish(this.#end ?? lost(error)));
    session.on('close', () => this.finish(this.#end ?? lost(undefined)));
    if (isBackground) session.unref();
    return session;
  }

  #openStream(): ClientHttp2Stream {
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': this.#call.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      // Without it the server must refuse: it proves that no browser or proxy was talked into this request.
      'workload.spiffe.io': 'true',
    });
    stream.on('response', (headers) => {
      this.#end = endOf(headers);
      const refused = refusedResponse(headers);
      // A gRPC status beside an HTTP error is the more exact one.
      if (refused !== undefined) this.finish(this.#end ?? refused);
    });
    stream.on('trailers', (trailers) => {
      this.#end ??= endOf(trailers);
    });
    stream.on('data', (piece: Buffer) => this.#take(piece));
    stream.on('error', (error) => this.finish(this.#end ?? lost(error)));
    // Not at `end`: trailers may come after it.
    stream.on('close', () => this.#close());
    stream.end(frameOf(this.#call.request));
    return stream;
  }

  #take(piece: Buffer): void {
    if (this.#isFinished) return;
    const messages = this.#frames.push(piece);
    if (typeof messages === 'string') {
      this.finish({ status: 'INTERNAL', problem: `a message ${messages}` });
      return;
    }
    for (const message of messages) {
      this.#callOffDeadline();
      this.#call.onMessage(message);
      // Whoever took the message may have ended the call.
      if (this.#isFinished) return;
    }
  }

  #close(): void {
    if (this.#frames.isWithinMessage) {
      this.finish({ status: 'INTERNAL', problem: 'the stream ends within a message' });
      return;
    }
    this.finish(this.#end ?? { status: 'UNAVAILABLE', problem: 'the stream ended without a status' });
  }
}
