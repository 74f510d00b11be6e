/**
 * Whether Node may have dropped header lines of a request. It keeps about `maxHeadersCount` names and values, and drops
 * what comes behind without a word: that can be the line of a proxy, or the second one of two.
 */
import type { NodeRequest } from './request-facts-of.ts';

/** Of Node, when the server says nothing else: names and values are counted one by one. */
const keptByDefault = 2000;

/** Whether it may have. `taken` is how many lines were taken off since. */
export function mayBeCut(request: NodeRequest, taken: number): boolean {
  // Over HTTP/2 a request with too many is refused by the session.
  if ('stream' in request) return false;
  const { server } = request.socket as { readonly server?: { readonly maxHeadersCount?: unknown } };
  const most = server?.maxHeadersCount;
  const kept = typeof most === 'number' ? most * 2 : keptByDefault;
  return kept > 0 && request.rawHeaders.length + taken * 2 >= kept;
}
