/** The options that say over which connections requests go: `tls`, or a `fetch` of a test in its place. */
import type { FaultCollector, Fetch } from '@countersign/core';
import type { ClientTls } from './client-tls.ts';

/** Checks them. Only one of the two can be. */
export function checkTransport(
  faults: FaultCollector,
  { tls, fetch }: { readonly tls?: ClientTls | undefined; readonly fetch?: Fetch | undefined },
): void {
  if (tls !== undefined && typeof tls?.open !== 'function') {
    faults.add('CONFIG_INVALID', 'tls', 'is not made by mtls or serverTls', 'pass mtls({ … }) or serverTls({ ca })');
  }
  if (fetch !== undefined && typeof fetch !== 'function') {
    faults.add('CONFIG_INVALID', 'fetch', 'is not a function', 'leave it out; it is for tests');
  }
  if (fetch !== undefined && tls !== undefined) {
    faults.add('CONFIG_CONFLICT', 'fetch', 'stands beside tls, which it would bypass', 'leave one of them out');
  }
}
