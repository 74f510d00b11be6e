/** What `ready()` says when its time is over: where was asked, and what is wrong there as far as it is known. */
import type { GrpcStatus } from '../grpc/grpc-end.ts';
import { SpiffeError } from '../spiffe-error.ts';
import type { WorkloadEndpoint } from '../workload-endpoint.ts';

/** What is known. */
export interface WaitedFor {
  readonly endpoint: WorkloadEndpoint;
  readonly readyTimeoutSeconds: number;
  readonly trouble: { readonly status: GrpcStatus | undefined; readonly problem: string } | undefined;
}

/** Makes the error. */
export function notReady({ endpoint, readyTimeoutSeconds, trouble }: WaitedFor): SpiffeError {
  const where = `At ${endpoint.text}, within ${readyTimeoutSeconds} s`;
  if (trouble === undefined) return new SpiffeError('WORKLOAD_API_NOT_READY', `${where}: no answer so far.`);
  const { status, problem } = trouble;
  const said = status === undefined ? problem : `${status}: ${problem}`;
  const code = status === 'PERMISSION_DENIED' ? 'WORKLOAD_API_DENIED' : 'WORKLOAD_API_NOT_READY';
  return new SpiffeError(code, `${where}: ${said}.`);
}
