/**
 * Patterns over workload ids, on segment boundaries: `*` is one whole segment, a final `**` is one or more.
 * A pattern without a star is the exact id. Nothing else is special, and a star inside a segment is refused:
 * `spiffe://prod.example/order*` would also allow `orders-evil`.
 */
import { isWorkloadId } from './workload-id.ts';

/** Tells whether an id matches. */
export type WorkloadMatcher = (id: string) => boolean;

const spiffePrefix = 'spiffe://';

/** Compiles a pattern. Answers the problem, as a sentence, when it is not one. */
export function parseWorkloadPattern(
  pattern: string,
): { readonly ok: true; readonly matches: WorkloadMatcher } | { readonly ok: false; readonly problem: string } {
  if (typeof pattern !== 'string' || pattern === '') return { ok: false, problem: 'is empty' };
  if (!pattern.includes('*')) {
    if (!isWorkloadId(pattern)) return { ok: false, problem: `${JSON.stringify(pattern)} is not a workload id` };
    return { ok: true, matches: (id) => id === pattern };
  }
  if (!pattern.startsWith(spiffePrefix)) {
    return { ok: false, problem: 'has a star, and stars work in SPIFFE IDs only' };
  }
  const segments = pattern.slice(spiffePrefix.length).split('/');
  const [trustDomain, ...path] = segments;
  const sample = [trustDomain, ...path.map((segment) => (/^\*{1,2}$/.test(segment) ? 'x' : segment))].join('/');
  if (trustDomain?.includes('*')) return { ok: false, problem: 'has a star in the trust domain' };
  if (path.slice(0, -1).includes('**')) return { ok: false, problem: 'has ** before its end' };
  if (!isWorkloadId(spiffePrefix + sample))
    return { ok: false, problem: 'is not a SPIFFE ID with whole-segment stars' };
  const open = path.at(-1) === '**';
  const fixed = open ? segments.slice(0, -1) : segments;
  return {
    ok: true,
    matches: (id) => {
      if (!id.startsWith(spiffePrefix)) return false;
      const parts = id.slice(spiffePrefix.length).split('/');
      if (open ? parts.length <= fixed.length : parts.length !== fixed.length) return false;
      return fixed.every((segment, index) => segment === '*' || segment === parts[index]);
    },
  };
}
