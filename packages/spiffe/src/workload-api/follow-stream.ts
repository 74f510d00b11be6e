/**
 * Keeps a stream of the Workload API open for as long as the source lives (SPIFFE Workload API §4.2). Each message is
 * the whole state. When the stream ends, a new one is opened: at once after a good message, then with growing pauses.
 * What the server refuses for good (SPIFFE Workload Endpoint §6) is not asked for again.
 */
import type { GrpcEnd, GrpcStatus } from '../grpc/grpc-end.ts';
import { startGrpcCall, type RunningCall } from '../grpc/start-grpc-call.ts';
import type { CallOff, SpiffeRuntime } from '../runtime.ts';
import type { WorkloadEndpoint } from '../workload-endpoint.ts';
import { pauseAfter } from './back-off.ts';
import { emptyRequest } from './methods.ts';

/** What to follow, and what to do with what comes. */
export interface FollowedStream {
  readonly endpoint: WorkloadEndpoint;
  /** Path of the call. */
  readonly method: string;
  readonly runtime: SpiffeRuntime;
  /** Takes over the state that a message holds. Answers the problem, as a phrase, when it is not good. */
  readonly take: (message: Buffer) => string | undefined;
  /** The server says that this process has no right to any of it. */
  readonly onDenied?: (problem: string) => void;
  /** The stream is over for good. */
  readonly onFailed: (problem: string) => void;
}

/** A stream that is followed. */
export interface StreamFollower {
  /** What is wrong at the moment, with its status; nothing after a good message. */
  trouble(): { readonly status: GrpcStatus | undefined; readonly problem: string } | undefined;
  close(): void;
}

/** The first message is sent without delay (§4.3), but the agent may have to attest the process first. */
const firstMessageMilliseconds = 30_000;
/** A server that ends each stream after one message is not asked again at once every time. */
const leastBetweenMilliseconds = 1_000;
const finalStatuses: ReadonlySet<GrpcStatus> = new Set(['INVALID_ARGUMENT', 'UNIMPLEMENTED']);

/** Follows a stream. Never throws. */
export function followStream(stream: FollowedStream): StreamFollower {
  return new Follower(stream);
}

class Follower implements StreamFollower {
  readonly #stream: FollowedStream;
  #call: RunningCall | undefined;
  #callOffRetry: CallOff | undefined;
  #failures = 0;
  #hadGoodMessage = false;
  #reopenedAt = Number.NEGATIVE_INFINITY;
  #trouble: { readonly status: GrpcStatus | undefined; readonly problem: string } | undefined;
  #isClosed = false;

  constructor(stream: FollowedStream) {
    this.#stream = stream;
    this.#open();
  }

  trouble(): { readonly status: GrpcStatus | undefined; readonly problem: string } | undefined {
    return this.#trouble;
  }

  close(): void {
    this.#isClosed = true;
    this.#callOffRetry?.();
    this.#call?.cancel();
  }

  #open(): void {
    const { endpoint, method, runtime } = this.#stream;
    this.#hadGoodMessage = false;
    this.#call = startGrpcCall({
      endpoint,
      path: method,
      request: emptyRequest,
      runtime,
      firstMessageMilliseconds,
      isBackground: true,
      onMessage: (message) => this.#take(message),
    });
    void this.#call.ended.then((end) => this.#afterEnd(end));
  }

  #take(message: Buffer): void {
    if (this.#isClosed) return;
    const { endpoint, method, runtime } = this.#stream;
    const problem = this.#problemOf(message);
    if (problem === undefined) {
      this.#failures = 0;
      this.#hadGoodMessage = true;
      this.#trouble = undefined;
      return;
    }
    this.#trouble = { status: undefined, problem: `a message ${problem}` };
    runtime.notify({
      code: 'WORKLOAD_API_MESSAGE_REFUSED',
      level: 'error',
      message: 'A message of the Workload API was refused; the last good state stays.',
      facts: { endpoint: endpoint.text, method, problem },
    });
  }

  /** Takes the message over. A throw would end the process, because nobody stands behind a stream. */
  #problemOf(message: Buffer): string | undefined {
    try {
      return this.#stream.take(message);
    } catch {
      return 'cannot be judged';
    }
  }

  #afterEnd({ status, problem }: GrpcEnd): void {
    if (this.#isClosed) return;
    const { endpoint, method, runtime, onDenied, onFailed } = this.#stream;
    const facts = { endpoint: endpoint.text, method, status, problem };
    // A clean end after a good message is no trouble.
    if (status !== 'OK' || !this.#hadGoodMessage) this.#trouble = { status, problem };
    if (finalStatuses.has(status)) {
      const message = 'The Workload API refused a call for good; it is not asked again.';
      runtime.notify({ code: 'WORKLOAD_API_FAILED', level: 'error', message, facts });
      onFailed(`${status}: ${problem}`);
      return;
    }
    const pause = this.#nextPause(status);
    const told = { ...facts, retrySeconds: Math.round(pause / 1000) };
    if (status === 'PERMISSION_DENIED') {
      const message = 'The Workload API knows no identity for this process: no registration entry matches.';
      runtime.notify({ code: 'WORKLOAD_API_DENIED', level: 'error', message, facts: told });
      onDenied?.(problem);
    } else if (status !== 'OK') {
      const message = 'The stream of the Workload API ended; the last good state stays.';
      runtime.notify({ code: 'WORKLOAD_API_DISCONNECTED', level: 'warn', message, facts: told });
    }
    // What was told may have closed the source.
    if (this.#isClosed) return;
    if (pause === 0) this.#open();
    else this.#callOffRetry = runtime.after(pause, () => this.#open());
  }

  #nextPause(status: GrpcStatus): number {
    const { clock, random } = this.#stream.runtime;
    const now = clock.monotonic();
    const isRefused = status === 'PERMISSION_DENIED' || status === 'RESOURCE_EXHAUSTED';
    if (this.#hadGoodMessage && !isRefused && now - this.#reopenedAt >= leastBetweenMilliseconds) {
      this.#reopenedAt = now;
      return 0;
    }
    this.#failures += 1;
    return pauseAfter(this.#failures, random);
  }
}
