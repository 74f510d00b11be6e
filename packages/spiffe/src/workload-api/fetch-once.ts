/** One question to the Workload API with one answer. */
import type { GrpcEnd } from '../grpc/grpc-end.ts';
import { startGrpcCall } from '../grpc/start-grpc-call.ts';
import type { SpiffeRuntime } from '../runtime.ts';
import type { WorkloadEndpoint } from '../workload-endpoint.ts';

/** What to ask. */
export interface Question {
  readonly endpoint: WorkloadEndpoint;
  /** Path of the call. */
  readonly method: string;
  readonly request: Buffer;
  readonly runtime: SpiffeRuntime;
  readonly signal: AbortSignal;
}

/** The answer, or the end of the call that brought none. */
export type Answer = { readonly ok: true; readonly message: Buffer } | { readonly ok: false; readonly end: GrpcEnd };

const timeoutMilliseconds = 10_000;

/** Asks. Never rejects. */
export async function fetchOnce({ endpoint, method, request, runtime, signal }: Question): Promise<Answer> {
  let answer: Buffer | undefined;
  if (signal.aborted) return { ok: false, end: { status: 'CANCELLED', problem: 'called off' } };
  let isRepeated = false;
  const call = startGrpcCall({
    endpoint,
    path: method,
    request,
    runtime,
    firstMessageMilliseconds: timeoutMilliseconds,
    isBackground: false,
    onMessage: (message) => {
      isRepeated = answer !== undefined;
      answer ??= message;
    },
  });
  const cancel = (): void => call.cancel();
  // A server that answers and does not end the call is ended.
  const callOff = runtime.after(timeoutMilliseconds, cancel);
  signal.addEventListener('abort', cancel);
  const end = await call.ended;
  callOff();
  signal.removeEventListener('abort', cancel);
  if (end.status !== 'OK') return { ok: false, end };
  if (answer === undefined || isRepeated) {
    const problem = answer === undefined ? 'the answer is empty' : 'there are several answers';
    return { ok: false, end: { status: 'INTERNAL', problem } };
  }
  return { ok: true, message: answer };
}
