/** The trust bundles of now, by trust domain. A bundle that did not change stays the same object: nothing is built anew. */
import type { TrustBundle } from '@countersign/core';

/** Order means nothing, and repetition neither: one that stands twice takes the place of none that is gone. */
function areSame<T>(some: readonly T[], others: readonly T[], nameOf: (one: T) => string): boolean {
  const known = new Set(some.map(nameOf));
  const now = new Set(others.map(nameOf));
  return known.size === now.size && [...now].every((name) => known.has(name));
}

function isSame(one: TrustBundle | undefined, other: TrustBundle): boolean {
  return (
    one !== undefined &&
    areSame(one.authorities, other.authorities, ({ fingerprint256 }) => fingerprint256) &&
    areSame(one.revocationLists, other.revocationLists, ({ pem }) => pem)
  );
}

/** Holds the bundles. */
export class BundleState {
  #bundles: ReadonlyMap<string, TrustBundle> = new Map();
  #list: readonly TrustBundle[] = Object.freeze([]);

  find(trustDomain: string): TrustBundle | undefined {
    return this.#bundles.get(trustDomain);
  }

  list(): readonly TrustBundle[] {
    return this.#list;
  }

  /** Takes over the whole state, and answers whether anything changed. */
  replace(next: ReadonlyMap<string, TrustBundle>): boolean {
    let hasChanged = next.size !== this.#bundles.size;
    const kept = new Map<string, TrustBundle>();
    for (const [trustDomain, bundle] of next) {
      const old = this.#bundles.get(trustDomain);
      const isOld = isSame(old, bundle);
      kept.set(trustDomain, isOld && old !== undefined ? old : bundle);
      if (!isOld) hasChanged = true;
    }
    if (!hasChanged) return false;
    this.#bundles = kept;
    this.#list = Object.freeze([...kept.values()]);
    return true;
  }
}
