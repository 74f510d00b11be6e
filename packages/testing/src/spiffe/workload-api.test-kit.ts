/** A fake with two workloads and a peer that calls it, until the test ends. */
import { onTestFinished } from 'vitest';
import { connectPeer, type Peer } from './grpc-peer.test-kit.ts';
import { startWorkloadApi, type TestWorkloadApi, type WorkloadApiOptions } from './start-workload-api.ts';

export const orders = { id: 'spiffe://prod.test/orders' } as const;
export const batch = { id: 'spiffe://prod.test/batch', hint: 'internal' } as const;

/** Starts both. */
export async function started(
  options: Partial<WorkloadApiOptions> = {},
): Promise<{ readonly api: TestWorkloadApi; readonly peer: Peer }> {
  const api = await startWorkloadApi({ workloads: [orders, batch], ...options });
  onTestFinished(() => api.close());
  return { api, peer: connectPeer(api.endpoint) };
}
