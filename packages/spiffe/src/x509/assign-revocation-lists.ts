/**
 * The revocation lists of a message, which are of all trust domains together (SPIFFE Workload API §5.1), each put to the
 * bundle that it speaks for: the one with the authority that signed it. One that none signed, such as that of an
 * intermediate, counts everywhere: to leave it out would let the revoked in.
 */
import { readRevocationList, type RevocationList, type TrustBundle } from '@countersign/core';

/** Reads lists. Answers the problem, as a phrase. */
function readLists(presented: readonly Buffer[]): readonly RevocationList[] | string {
  const lists: RevocationList[] = [];
  for (const der of presented) {
    const read = readRevocationList(der);
    if (!read.ok) return `has a revocation list that cannot be used (${read.problem})`;
    lists.push(read.list);
  }
  return lists;
}

const isOf = (list: RevocationList, { authorities }: TrustBundle): boolean =>
  authorities.some((authority) => list.isSignedBy(authority));

/** The bundles with their lists. Answers the problem, as a phrase. */
export function assignRevocationLists(
  bundles: ReadonlyMap<string, TrustBundle>,
  presented: readonly Buffer[],
): ReadonlyMap<string, TrustBundle> | string {
  const lists = readLists(presented);
  if (typeof lists === 'string' || lists.length === 0) return typeof lists === 'string' ? lists : bundles;
  const all = [...bundles.values()];
  const stray = lists.filter((list) => !all.some((bundle) => isOf(list, bundle)));
  return new Map(
    all.map((bundle) => {
      const own = lists.filter((list) => isOf(list, bundle));
      const revocationLists = Object.freeze([...own, ...stray]);
      return [bundle.trustDomain, Object.freeze({ ...bundle, revocationLists })] as const;
    }),
  );
}
